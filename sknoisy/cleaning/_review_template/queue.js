// The list of samples, and which of them it shows.

// As many rows as fit are in the page, however long the queue is.
function drawQueue({ follow = false } = {}) {
  const queue = $("queue");
  const place = visible.indexOf(current);
  if (follow && place >= 0) {
    const top = place * rowHeight;
    const hidden = top < queue.scrollTop || top + rowHeight > queue.scrollTop + queue.clientHeight;
    if (hidden) queue.scrollTop = top - queue.clientHeight / 3;
  }
  const first = Math.max(0, Math.floor(queue.scrollTop / rowHeight) - 5);
  const last = Math.min(visible.length, first + Math.ceil(queue.clientHeight / rowHeight) + 10);
  $("rows").style.height = `${visible.length * rowHeight}px`;
  $("rows").replaceChildren(
    ...Array.from({ length: last - first }, (_, i) => queueRow(first + i)),
  );
  const shown = place >= first && place < last;
  queue.setAttribute("aria-activedescendant", shown ? `row-${place}` : "");
}

function queueRow(place) {
  const item = items[visible[place]];
  const state = stateOf(item);
  const row = make("div", {
    id: `row-${place}`,
    role: "option",
    className: state,
    ariaSelected: String(visible[place] === current),
    ariaPosInSet: place + 1,
    ariaSetSize: visible.length,
    onclick: () => {
      $("list").ariaPressed = false;
      document.body.classList.remove("list");
      show(visible[place]);
    },
  });
  row.style.top = `${place * rowHeight}px`;
  if (data.kind === "image") row.append(make("img", { src: item.image, alt: "", decoding: "async" }));
  row.append(
    make("span", { className: "labels" }, ...change(item)),
    make("small", { textContent: item.text?.slice(0, 80) ?? item.id ?? `Sample ${item.index}` }),
    make("span", { className: "mark", textContent: stateMarks[state], title: stateWords[state] }),
  );
  return row;
}

function change(item) {
  const made = decisions.get(item.index);
  const target = made ? nameOf(made.corrected) : item.suggested === null ? null : name(item.suggested);
  const given = make("span", { className: "given", textContent: name(item.given) });
  if (target === null || target === name(item.given)) return [given];
  return [given, "→", make("span", { className: "suggested", textContent: target })];
}

const haystacks = new Map();

function haystack(item) {
  if (!haystacks.has(item)) {
    const told = item.cells?.filter((cell) => !("at" in cell)).map((cell) => cell.text) ?? [];
    const labels = [item.given, item.suggested].filter((code) => code !== null).map(name);
    haystacks.set(item, [item.index, item.id, item.text, ...labels, ...told].join("\n").toLowerCase());
  }
  return haystacks.get(item);
}

function filter() {
  const sought = $("search").value.trim().toLowerCase();
  const [role, code, other] = $("class").value.split(":");
  const state = $("state").value;
  visible = [];
  for (const [position, item] of items.entries()) {
    if (role === "pair" && (item.given !== Number(code) || item.suggested !== Number(other))) continue;
    if (role && role !== "pair" && item[role] !== Number(code)) continue;
    if (state && stateOf(item) !== state) continue;
    if (sought && !haystack(item).includes(sought)) continue;
    visible.push(position);
  }
  const all = visible.length === items.length;
  $("found").textContent = all ? "" : `${words(visible.length, "sample")} of ${items.length.toLocaleString("en")}`;
}

function onFilter() {
  filter();
  $("queue").scrollTop = 0;
  show(visible.includes(current) ? current : visible[0] ?? current);
}

function move(step) {
  const place = visible.indexOf(current);
  const next = place < 0 ? 0 : Math.max(0, Math.min(place + step, visible.length - 1));
  if (visible.length) show(visible[next]);
}
