// Images to pick from. A click picks one or puts it back; a drag does so with all images in its box.
// The picks are kept here, and all of them are sent with every change, so none is lost while the server is busy. The
// server's picks replace them once it has processed the last click.

export default function ({ data, parentElement, setStateValue }) {
    const grid = parentElement.grid ??= begin(parentElement);
    if (data.clicks === grid.clicks) grid.picked = new Set(data.picked);
    grid.clicks = Math.max(grid.clicks, data.clicks);
    grid.tell = () => setStateValue("picks", { picked: [...grid.picked], clicks: ++grid.clicks });
    grid.shown = data.pictures;
    draw(grid, data);
}

function begin(parentElement) {
    const box = document.createElement("div");
    box.className = "grid";
    parentElement.append(box);
    const grid = { box, clicks: 0, picked: new Set(), from: -1 };
    const place = event => [...box.children].indexOf(event.target.closest("button"));
    box.onclick = event => { if (place(event) >= 0) pick(grid, [place(event)]); };
    box.onpointerdown = event => { grid.from = event.pointerType === "mouse" ? place(event) : -1; };
    box.onpointermove = event => mark(grid, event.buttons === 1 ? inBox(grid, place(event)) : []);
    box.onpointerup = event => {
        const chosen = inBox(grid, place(event));
        if (chosen.length > 1) pick(grid, chosen);
        letGo(grid);
    };
    box.onpointerleave = () => letGo(grid);
    return grid;
}

// The places in the box between the tile where the mouse was pressed and this one.
function inBox({ box, from }, to) {
    if (from < 0 || to < 0) return [];
    const columns = getComputedStyle(box).gridTemplateColumns.split(" ").length;
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
    frame(grid);
    grid.tell();
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

function draw(grid, { pictures, columns, color }) {
    grid.box.style.setProperty("--columns", columns);
    grid.box.style.setProperty("--picked", color);
    const drawn = pictures.map(({ id }) => id).join();
    if (grid.drawn !== drawn) {
        grid.box.replaceChildren(...pictures.map(({ url, about }) => {
            const tile = document.createElement("button");
            tile.type = "button";
            tile.title = about;
            const image = document.createElement("img");
            Object.assign(image, { src: url, alt: about, draggable: false });
            tile.append(image);
            return tile;
        }));
        grid.drawn = drawn;
    }
    frame(grid);
}
