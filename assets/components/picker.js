// Images to pick from. A click picks one or puts it back, a drag does so with all images in its box, a click with Shift
// with all from the last one on; arrows move, space picks. The picks are kept here and sent once there is a pause, all of
// them, so none is lost while the server is busy. The server's picks replace them once it has processed the last change.

const PAUSE = 500; // milliseconds without a change before the picks are sent

export default function ({ data, parentElement, setStateValue }) {
    const grid = parentElement.grid ??= begin(parentElement);
    if (data.clicks === grid.clicks) grid.picked = new Set(data.picked);
    grid.clicks = Math.max(grid.clicks, data.clicks);
    grid.send = () => setStateValue("picks", { picked: [...grid.picked], clicks: grid.clicks });
    grid.shown = data.pictures;
    draw(grid, data);
    return () => clearTimeout(grid.timer);
}

function begin(parentElement) {
    const box = document.createElement("div");
    box.className = "grid";
    parentElement.append(box);
    const grid = { box, clicks: 0, picked: new Set(), from: -1, last: -1, timer: null };
    const place = event => [...box.children].indexOf(event.target.closest("button"));
    box.onclick = event => {
        if (place(event) < 0) return;
        event.shiftKey && grid.last >= 0 ? range(grid, place(event)) : pick(grid, [place(event)]);
        grid.last = place(event);
    };
    box.onpointerdown = event => { grid.from = event.pointerType === "mouse" ? place(event) : -1; };
    box.onpointermove = event => mark(grid, event.buttons === 1 ? inBox(grid, place(event)) : []);
    box.onpointerup = event => {
        const chosen = inBox(grid, place(event));
        if (chosen.length > 1) pick(grid, chosen);
        letGo(grid);
    };
    box.onpointerleave = () => { letGo(grid); flush(grid); };
    box.onfocusout = event => { if (!box.contains(event.relatedTarget)) flush(grid); };
    box.onkeydown = event => move(grid, place(event), event);
    return grid;
}

function columnsOf(box) {
    return getComputedStyle(box).gridTemplateColumns.split(" ").length;
}

// The arrow keys, Home and End; only one tile takes part in the order of the Tab key.
function move({ box }, place, event) {
    const row = columnsOf(box), last = box.children.length - 1;
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, ArrowUp: place - row, ArrowDown: place + row,
                 Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    focusable(box, Math.min(last, Math.max(0, to)));
    box.children[Math.min(last, Math.max(0, to))].focus();
}

function focusable(box, place) {
    [...box.children].forEach((tile, n) => { tile.tabIndex = n === place ? 0 : -1; });
}

// The places in the box between the tile where the mouse was pressed and this one.
function inBox({ box, from }, to) {
    if (from < 0 || to < 0) return [];
    const columns = columnsOf(box);
    const [rows, cols] = [place => Math.floor(place / columns), place => place % columns];
    const between = (of, place) =>
        of(place) >= Math.min(of(from), of(to)) && of(place) <= Math.max(of(from), of(to));
    return [...[...box.children].keys()].filter(place => between(rows, place) && between(cols, place));
}

// Puts all of them back if all were picked, else picks all.
function pick(grid, places) {
    const ids = places.map(place => grid.shown[place].id);
    const back = ids.every(id => grid.picked.has(id));
    ids.forEach(id => back ? grid.picked.delete(id) : grid.picked.add(id));
    changed(grid);
}

// All from the last picked tile to this one become as that one is.
function range(grid, place) {
    const [low, high] = [grid.last, place].sort((a, b) => a - b);
    const on = grid.picked.has(grid.shown[grid.last].id);
    grid.shown.slice(low, high + 1).forEach(({ id }) => on ? grid.picked.add(id) : grid.picked.delete(id));
    changed(grid);
}

function changed(grid) {
    grid.clicks++; // from now on the picks here count, though they are sent later
    frame(grid);
    clearTimeout(grid.timer);
    grid.timer = setTimeout(() => flush(grid), PAUSE);
}

function flush(grid) {
    if (!grid.timer) return;
    clearTimeout(grid.timer);
    grid.timer = null;
    grid.send();
}

function letGo(grid) {
    grid.from = -1;
    mark(grid, []);
}

function mark({ box }, places) {
    [...box.children].forEach((tile, place) => tile.classList.toggle("marked", places.includes(place)));
}

function frame({ box, shown, picked }) {
    shown.forEach(({ id }, place) => box.children[place].setAttribute("aria-pressed", picked.has(id)));
}

function draw(grid, { pictures, color }) {
    grid.box.style.setProperty("--picked", color);
    const drawn = pictures.map(({ id, predicted }) => `${id} ${predicted}`).join();
    if (grid.drawn !== drawn) {
        grid.box.replaceChildren(...pictures.map(({ url, about, label, predicted }) => {
            const tile = document.createElement("button");
            tile.type = "button";
            tile.title = about;
            const image = document.createElement("img");
            Object.assign(image, { src: url, alt: about, draggable: false });
            const caption = document.createElement("span");
            caption.textContent = predicted && predicted !== label ? `${label} → ${predicted}` : label;
            caption.className = predicted && predicted !== label ? "wrong" : "";
            tile.append(image, caption);
            return tile;
        }));
        grid.drawn = drawn;
        grid.last = -1;
        focusable(grid.box, 0);
    }
    frame(grid);
}
