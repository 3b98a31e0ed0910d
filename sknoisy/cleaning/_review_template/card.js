// The sample that is looked at, with all that is known of it.

function refresh(position) {
  filter();
  show(position);
}

function show(position) {
  current = Math.max(0, Math.min(position, items.length - 1));
  drawCounts();
  drawCard();
  drawQueue({ follow: true });
}

function drawCounts() {
  const counts = { open: 0, change: 0, keep: 0, skip: 0 };
  for (const item of items) counts[stateOf(item)] += 1;
  const done = items.length - counts.open;
  const [changed, kept, skipped] = $("bar").children;
  for (const [part, count] of [[changed, counts.change], [kept, counts.keep], [skipped, counts.skip]]) {
    part.style.width = `${(100 * count) / Math.max(1, items.length)}%`;
  }
  $("bar").ariaValueNow = done;
  $("bar").ariaValueMax = items.length;
  $("bar").ariaValueText = `${done} of ${words(items.length, "sample")}`;
  $("counts").replaceChildren(
    make("b", {
      textContent:
        counts.open || !done
          ? `${done.toLocaleString("en")} of ${items.length.toLocaleString("en")} reviewed`
          : `All ${words(done, "sample")} reviewed: export them now`,
    }),
    ...["change", "keep", "skip"].map((state) =>
      make("span", { className: state, textContent: `${counts[state]} ${stateWords[state].toLowerCase()}` }),
    ),
  );
  $("undo").disabled = past.length === 0;
  $("export").disabled = decisions.size === 0;
}

function drawCard() {
  const item = items[current];
  $("decide").hidden = !item;
  $("why").hidden = !item;
  if (!item) {
    $("about").replaceChildren(make("p", { textContent: "No label is under suspicion." }));
    return;
  }
  const state = stateOf(item);
  const made = decisions.get(item.index);
  $("about").replaceChildren(
    make("h2", { textContent: item.id ?? `Sample ${item.index}` }),
    make("p", {
      textContent:
        (item.id === null ? "" : `sample ${item.index} · `) +
        `${current + 1} of ${items.length.toLocaleString("en")} · quality ${qualityText(item.quality)}`,
      title: "Quality is the trust in the given label: low is suspicious",
    }),
    ...(state === "open" ? [] : [make("span", { className: `tag ${state}`, textContent: verdict(state, made) })]),
  );
  $("exhibit").className = data.kind;
  $("exhibit").replaceChildren(...exhibit(item));
  $("exhibit").scrollTop = 0;
  $("why").replaceChildren(...(item.why ?? []).map((textContent) => make("li", { textContent })));
  $("why").hidden = !item.why?.length;
  const others = alike(item).length;
  $("alike").disabled = others === 0;
  if (!others) $("alike").ariaPressed = false;
  $("alike").firstElementChild.textContent = others ? `All ${others + 1} alike` : "All alike";
  drawVerdict($("keep"), name(item.given), made?.decision === "keep");
  const suggestion = item.suggested === null ? "no suggestion" : name(item.suggested);
  drawVerdict($("accept"), suggestion, made?.decision === "accept");
  $("accept").disabled = item.suggested === null;
  $("skip").ariaPressed = made?.decision === "skip";
  for (const [code, button] of classButtons.entries()) {
    button.classList.toggle("given", code === item.given);
    button.classList.toggle("suggested", code === item.suggested);
    button.ariaPressed = Boolean(made) && made.decision !== "skip" && made.corrected === classes[code].text;
  }
}

const qualityText = (quality) =>
  quality >= 0 && quality < 0.001 ? "below 0.001" : String(+quality.toPrecision(2));

const verdict = (state, made) =>
  state === "change" ? `Changed to ${nameOf(made.corrected)}` : stateWords[state];

function drawVerdict(button, label, pressed) {
  button.lastElementChild.textContent = label;
  button.ariaPressed = pressed;
}

function exhibit(item) {
  if (data.kind === "image") {
    const image = make("img", { src: item.image, alt: `Sample ${item.index}, labeled ${name(item.given)}` });
    // nine times as large is enough: blocks blown up further are harder to recognize
    image.onload = () => {
      const { naturalWidth: width, naturalHeight: height } = image;
      image.style.maxWidth = `${Math.max(192, Math.min(640, 9 * Math.max(width, height)))}px`;
    };
    return [image];
  }
  if (data.kind === "text") return [make("p", { textContent: item.text, dir: "auto" })];
  return [legend(item), make("dl", {}, ...item.cells.map((cell) => tableCell(cell, item)))];
}

function legend(item) {
  if (!item.cells.some((cell) => "at" in cell)) return "";
  const parts = [
    make("span", { className: "dot", textContent: "this sample" }),
    make("span", { className: "given", textContent: `typical of ${name(item.given)}` }),
  ];
  if (item.suggested !== null) {
    parts.push(make("span", { className: "suggested", textContent: `typical of ${name(item.suggested)}` }));
  }
  return make("p", { className: "legend", ariaHidden: "true" }, ...parts);
}

function tableCell(cell, item) {
  const column = columns[cell.column];
  const value = make("dd", { textContent: cell.text, dir: "auto" });
  if (cell.text === "") value.replaceChildren(make("i", { textContent: "missing" }));
  if ("share" in cell && cell.text !== "") {
    value.append(make("small", { textContent: ` in ${cell.share} % of rows` }));
  }
  const row = make("div", {}, make("dt", { textContent: column.name }), value);
  if ("at" in cell) row.append(track(cell.at, column.typical, item));
  return row;
}

// Where the value stands among all samples, lowest left, and what is typical.
function track(at, typical, item) {
  const given = typical[item.given];
  const suggested = item.suggested === null ? null : typical[item.suggested];
  const line = make("dd", { className: "track", title: `higher than ${at} % of samples` });
  const mark = (className, place) => {
    if (place === null) return;
    const tick = make("i", { className });
    tick.style.left = `${place}%`;
    line.append(tick);
  };
  mark("given", given);
  mark("suggested", suggested);
  mark(`dot ${nearer(at, given, suggested)}`, at);
  line.append(make("span", { className: "unseen", textContent: line.title }));
  return line;
}

function nearer(at, given, suggested) {
  if (given === null || suggested === null) return "";
  const lead = Math.abs(at - suggested) - Math.abs(at - given);
  return Math.abs(lead) < 10 ? "" : lead < 0 ? "suggested" : "given";
}
