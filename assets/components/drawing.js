// A surface to draw on: with mouse, pen or finger, or with the keyboard (arrows move, space puts the pen down or lifts it).
// The strokes are kept here; all of them are sent a moment after each change. Points are shares of the surface's side.

const PAUSE = 350; // milliseconds after a stroke before it is sent, so that a digit of two strokes is one question
const STEP = 1 / 28; // of the keyboard's pen
const ABOUT = "Drawing surface. The arrow keys move the pen, the space bar puts it down or lifts it, "
    + "Control and Z takes the last stroke back.";

export default function ({ data, parentElement, setStateValue }) {
    const surface = parentElement.surface ??= begin(parentElement, data);
    surface.data = data;
    surface.send = () => setStateValue("strokes", surface.strokes);
    draw(surface);
    return () => clearTimeout(surface.timer);
}

function begin(parentElement, data) {
    const root = document.createElement("div");
    root.innerHTML = `
        <div class="tools" role="group" aria-label="Drawing tools">
            <button type="button" data-tool="pen">Draw</button>
            <button type="button" data-tool="box">Box</button>
            <button type="button" data-tool="eraser">Erase</button>
            <span></span>
            <button type="button" data-act="undo">Undo</button>
            <button type="button" data-act="clear">Clear</button>
        </div>
        <canvas tabindex="0" role="application" aria-label="${ABOUT}"></canvas>`;
    parentElement.append(root);
    const canvas = root.querySelector("canvas");
    const surface = { canvas, strokes: data.strokes, tool: "pen", stroke: null, cursor: null, root };
    for (const button of root.querySelectorAll("button")) {
        const { tool, act } = button.dataset;
        button.onclick = () => {
            if (tool) surface.tool = tool;
            if (act === "undo") change(surface, surface.strokes.slice(0, -1));
            if (act === "clear") change(surface, []);
            draw(surface);
        };
    }
    canvas.onpointerdown = event => {
        if (event.button !== 0) return;
        canvas.setPointerCapture(event.pointerId);
        surface.cursor = null;
        put(surface, places(canvas, event).at(-1));
    };
    canvas.onpointermove = event => { if (surface.stroke && !surface.cursor) extend(surface, places(canvas, event)); };
    canvas.onpointerup = canvas.onpointercancel = () => { if (!surface.cursor) lift(surface); };
    canvas.onkeydown = event => press(surface, event);
    canvas.onblur = () => { lift(surface); surface.cursor = null; draw(surface); };
    new ResizeObserver(() => draw(surface)).observe(canvas);
    return surface;
}

function places(canvas, event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const events = event.getCoalescedEvents?.() ?? [];
    return (events.length ? events : [event]).map(one => [(one.clientX - left) / width, (one.clientY - top) / height]
        .map(value => Math.min(1.5, Math.max(-0.5, value))));
}

function press(surface, event) {
    const arrows = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) change(surface, surface.strokes.slice(0, -1));
    else if (event.key === " ") {
        surface.cursor ??= [0.5, 0.5];
        surface.stroke ? lift(surface) : put(surface, surface.cursor);
    } else if (arrows[event.key]) {
        const before = surface.cursor ?? [0.5, 0.5];
        surface.cursor = before.map((value, axis) => Math.min(1, Math.max(0, value + arrows[event.key][axis])));
        if (surface.stroke) extend(surface, [surface.cursor]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    draw(surface);
}

function put(surface, place) {
    const { ink, paper } = surface.data;
    surface.stroke = { box: surface.tool === "box", ink: surface.tool === "eraser" ? paper : ink, points: [place] };
    clearTimeout(surface.timer);
    draw(surface);
}

function extend(surface, more) {
    const { box, points } = surface.stroke;
    surface.stroke.points = box ? [points[0], more.at(-1)] : [...points, ...more];
    draw(surface);
}

function lift(surface) {
    if (surface.stroke) change(surface, [...surface.strokes, surface.stroke]);
}

function change(surface, strokes) {
    surface.stroke = null;
    surface.strokes = strokes;
    clearTimeout(surface.timer);
    surface.timer = setTimeout(() => surface.send(), PAUSE);
    draw(surface);
}

function draw(surface) {
    const { canvas, data, strokes, stroke, cursor, root } = surface;
    for (const button of root.querySelectorAll("[data-tool]")) {
        button.setAttribute("aria-pressed", button.dataset.tool === surface.tool);
    }
    for (const button of root.querySelectorAll("[data-act]")) button.disabled = !strokes.length;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (!side) return;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const pen = canvas.getContext("2d");
    pen.fillStyle = grey(data.paper);
    pen.fillRect(0, 0, side, side);
    if (data.below) {
        if (surface.below?.src !== data.below) {
            surface.below = Object.assign(new Image(), { src: data.below, onload: () => draw(surface) });
        }
        pen.imageSmoothingEnabled = false;
        if (surface.below.complete) pen.drawImage(surface.below, 0, 0, side, side);
    } else if (!strokes.length && !stroke) {
        pen.fillStyle = grey(data.paper > 127 ? 90 : 165);
        pen.font = `${side / 16}px sans-serif`;
        pen.textAlign = "center";
        pen.fillText(data.hint, side / 2, side / 2);
    }
    for (const one of stroke ? [...strokes, stroke] : strokes) paint(pen, one, side, data.pen);
    if (cursor) {
        pen.strokeStyle = "#2f92dc";
        pen.lineWidth = side / 100;
        pen.beginPath();
        pen.arc(cursor[0] * side, cursor[1] * side, data.pen * side / 2, 0, 2 * Math.PI);
        pen.stroke();
    }
}

function paint(pen, { box, ink, points }, side, width) {
    pen.fillStyle = pen.strokeStyle = grey(ink);
    const [[left, top]] = points, [right, bottom] = points.at(-1);
    if (box) return pen.fillRect(left * side, top * side, (right - left) * side, (bottom - top) * side);
    Object.assign(pen, { lineWidth: width * side, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    pen.moveTo(left * side, top * side);
    for (const [x, y] of points) pen.lineTo(x * side, y * side);
    pen.stroke();
}

function grey(value) {
    return `rgb(${value}, ${value}, ${value})`;
}
