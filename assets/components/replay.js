// An unlearning played back: images with the model's prediction, and curves, at a step. It plays once by itself, and not
// at all where the system asks for less motion: there the last step is shown until someone moves the slider.

const LENGTH = 4500, WAIT = 900; // milliseconds: of the whole replay, before it begins

export default function ({ data, parentElement }) {
    const player = parentElement.player ??= begin(parentElement);
    const shown = JSON.stringify(data);
    if (player.shown !== shown) {
        stop(player);
        Object.assign(player, { shown, data });
        lay(player);
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        go(player, still ? data.steps.length - 1 : 0);
        if (!still) player.timer = setTimeout(() => play(player), WAIT);
    }
    return () => stop(player);
}

function begin(parentElement) {
    const root = document.createElement("div");
    root.innerHTML = `
        <div class="story"></div>
        <div class="stage">
            <div class="tiles"></div>
            <svg viewBox="0 0 430 100" role="img"></svg>
        </div>
        <div class="controls">
            <button type="button"></button>
            <input type="range" min="0" aria-label="Step">
            <output></output>
        </div>
        <p></p>`;
    parentElement.append(root);
    const player = { root, at: 0 };
    player.button = root.querySelector("button");
    player.slider = root.querySelector("input");
    player.button.onclick = () => {
        if (player.timer) return stop(player);
        if (player.at === player.data.steps.length - 1) go(player, 0);
        play(player);
    };
    player.slider.oninput = () => { stop(player); go(player, Number(player.slider.value)); };
    return player;
}

function play(player) {
    const last = player.data.steps.length - 1;
    clearTimeout(player.timer);
    player.timer = setTimeout(() => {
        go(player, player.at + 1);
        player.at < last ? play(player) : stop(player);
    }, LENGTH / last);
    label(player);
}

function stop(player) {
    clearTimeout(player.timer);
    player.timer = null;
    if (player.data) label(player);
}

function label({ button, timer, at, data }) {
    button.textContent = timer ? "Pause" : at === data.steps.length - 1 ? "Play again" : "Play";
}

function lay({ root, data, slider }) {
    slider.max = data.steps.length - 1;
    root.querySelector(".story").replaceChildren(...(data.story ?? []).map(({ title, text, role, arrow }) => {
        const box = element("div", arrow ? "arrow" : `box ${role}`);
        box.append(element("strong", "", title), element("span", "", text));
        return box;
    }));
    root.querySelector(".tiles").replaceChildren(...data.tiles.map(({ url, about, gold }) => {
        const tile = element("figure");
        tile.append(
            Object.assign(element("img"), { src: url, alt: about, title: about }),
            element("figcaption"),
            element("small", "", gold && `retrained: ${gold}`),
        );
        return tile;
    }));
    root.querySelector("p").textContent = data.caption ?? "";
    root.querySelector("svg").style.display = data.curves.length ? "" : "none";
}

function go(player, at) {
    const { root, data, slider } = player;
    player.at = at;
    slider.value = at;
    slider.setAttribute("aria-valuetext", `Step ${data.steps[at]}`);
    root.querySelector("output").textContent = `Step ${data.steps[at]} of ${data.steps.at(-1)}`;
    root.querySelectorAll("figure").forEach((tile, n) => {
        const { predicted, right } = data.tiles[n];
        tile.querySelector("figcaption").textContent = predicted[at];
        tile.className = right[at] ? "" : "flipped";
    });
    for (const live of root.querySelectorAll(".unlearned span")) {
        live.textContent = data.live.replace("{}", percent(data.right[at]));
    }
    draw(root.querySelector("svg"), data, at);
    label(player);
}

const LEFT = 34, RIGHT = 422, TOP = 6, BOTTOM = 76;

function draw(svg, { curves, steps }, at) {
    const x = n => LEFT + (RIGHT - LEFT) * n / Math.max(1, steps.length - 1);
    const y = value => BOTTOM - (BOTTOM - TOP) * value;
    const ticks = [0, 0.5, 1].map(value => `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
        <text x="${LEFT - 5}" y="${y(value) + 3}" text-anchor="end">${percent(value)}</text>`);
    const lines = curves.map(({ name, color, values, gold }, n) => `
        ${gold === null ? "" : `<line stroke="${color}" stroke-dasharray="1 4" x1="${LEFT}" x2="${RIGHT}" y1="${y(gold)}" y2="${y(gold)}"/>`}
        <polyline stroke="${color}" points="${values.slice(0, at + 1).map((value, m) => `${x(m)},${y(value)}`).join(" ")}"/>
        <circle fill="${color}" r="3.5" cx="${x(at)}" cy="${y(values[at])}"/>
        <circle fill="${color}" r="4" cx="${LEFT + 6 + 130 * n}" cy="92"/>
        <text x="${LEFT + 14 + 130 * n}" y="96">${name} ${percent(values[at])}</text>`);
    svg.innerHTML = [...ticks, ...lines].join("");
    svg.setAttribute("aria-label", `Accuracy at step ${steps[at]}: `
        + curves.map(({ name, values }) => `${name} ${percent(values[at])}`).join(", "));
}

function percent(value) {
    return `${(100 * value).toFixed(1).replace(".0", "")}%`;
}

function element(tag, className = "", text = "") {
    return Object.assign(document.createElement(tag), { className, textContent: text });
}
