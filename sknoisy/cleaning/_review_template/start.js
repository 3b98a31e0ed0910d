// Classes, keys and messages; the page starts at the end of this file.

// Digits are their own keys; other classes are counted as they are offered, and the
// tenth one has 0.
const offered = data.offered;
const digits = classes.every((known) => /^\d$/.test(known.name));
const keyOf = (code) => (digits ? name(code) : String((offered.indexOf(code) + 1) % 10));
const codeByKey = new Map((digits ? offered : offered.slice(0, 10)).map((code) => [keyOf(code), code]));

const classButtons = classes.map((known, code) => {
  const button = make("button", { type: "button", onclick: () => decide(code) });
  button.append(make("span", { textContent: known.name, dir: "auto" }));
  if (codeByKey.get(keyOf(code)) === code && !digits) button.append(make("kbd", { textContent: keyOf(code) }));
  return button;
});

// The class that is meant by what was typed so far: its name, else one like it.
function meant() {
  const sought = $("find").value.trim().toLowerCase();
  const names = classes.map((known) => known.name.toLowerCase());
  const found = [
    names.indexOf(sought),
    names.findIndex((known) => known.startsWith(sought)),
    names.findIndex((known) => known.includes(sought)),
  ];
  return sought === "" ? -1 : found.find((code) => code >= 0) ?? -1;
}

function findClass() {
  const sought = $("find").value.trim().toLowerCase();
  for (const [code, button] of classButtons.entries()) {
    button.hidden = !name(code).toLowerCase().includes(sought);
    button.classList.toggle("meant", code === meant());
  }
}

function chooseFound() {
  const code = meant();
  if (code < 0) return tell("No class has that name.");
  leaveField($("find"));
  decide(code);
}

function leaveField(field) {
  field.blur();
  if (field === $("find")) {
    field.value = "";
    findClass();
  }
}

function toggleAlike() {
  if (!$("alike").disabled) $("alike").ariaPressed = $("alike").ariaPressed !== "true";
}

const actions = {
  a: () => decide(items[current]?.suggested ?? null),
  k: () => decide(items[current]?.given ?? null),
  s: skip,
  u: undo,
  l: toggleAlike,
  n: () => show(nextOpen()),
  e: () => decisions.size && exportCSV(),
  c: () => $("find").focus(),
  "/": () => $("search").focus(),
  "?": () => $("keys").showModal(),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Home: () => move(-items.length),
  End: () => move(items.length),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const field = event.target.closest("input, select");
  if (field) {
    if (event.key === "Escape") leaveField(field);
    else if (event.key === "Enter" && field === $("find")) chooseFound();
    else return;
  } else {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = codeByKey.has(key) ? () => decide(codeByKey.get(key)) : actions[key];
    if (!action) return;
    action();
  }
  event.preventDefault();
}

// ---------------------------------------------------------------- messages and start

const tell = (text) => ($("news").textContent = text);

function notice(text) {
  const close = make("button", { type: "button", textContent: "Close", onclick: () => ($("notice").hidden = true) });
  $("notice").replaceChildren(text, close);
  $("notice").hidden = false;
}

function classOptions() {
  const group = (label, role) =>
    make(
      "optgroup",
      { label },
      ...classes.flatMap((known, code) => {
        const count = items.filter((item) => item[role] === code).length;
        return count ? [make("option", { value: `${role}:${code}`, textContent: `${known.name} (${count})` })] : [];
      }),
    );
  return [
    make("option", { value: "", textContent: "Any class" }),
    group("Given as", "given"),
    group("Suggested", "suggested"),
    make("optgroup", { label: "Given → suggested" }, ...pairOptions()),
  ];
}

// The pairs of classes that are mixed up most often.
function pairOptions() {
  const counts = new Map();
  for (const { given, suggested } of items) {
    if (suggested === null) continue;
    const pair = `${given}:${suggested}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const often = [...counts].sort(([, a], [, b]) => b - a).slice(0, 100);
  return often.map(([pair, count]) => {
    const [given, suggested] = pair.split(":").map(Number);
    return make("option", { value: `pair:${pair}`, textContent: `${name(given)} → ${name(suggested)} (${count})` });
  });
}

function start() {
  const flagged = data.n_issues < data.n_samples ? `${data.n_issues.toLocaleString("en")} suspicious of ` : "";
  const shown = items.length < data.n_issues ? `the first ${items.length.toLocaleString("en")} of ` : "";
  $("scope").textContent = `${shown}${flagged}${words(data.n_samples, "sample")}`;
  $("class").append(...classOptions());
  $("classes").append(...offered.map((code) => classButtons[code]));
  $("narrow").hidden = $("narrow-key").hidden = classes.length <= 12;
  const [first, last] = [[...codeByKey.keys()][0], [...codeByKey.keys()].at(-1)];
  $("class-keys").append(make("kbd", { textContent: first }), " – ", make("kbd", { textContent: last }));
  $("keep").onclick = actions.k;
  $("accept").onclick = actions.a;
  $("skip").onclick = skip;
  $("undo").onclick = undo;
  $("alike").onclick = toggleAlike;
  $("export").onclick = exportCSV;
  $("help").onclick = actions["?"];
  $("load").onclick = () => $("file").click();
  $("file").onchange = () => loadCSV($("file").files[0]).then(() => ($("file").value = ""));
  $("list").onclick = () => {
    $("list").ariaPressed = document.body.classList.toggle("list");
    drawQueue({ follow: true });
  };
  $("search").oninput = $("class").onchange = $("state").onchange = onFilter;
  $("find").oninput = findClass;
  $("queue").onscroll = () => requestAnimationFrame(() => drawQueue());
  addEventListener("keydown", onKey);
  addEventListener("resize", () => drawQueue());
  // the same page in another tab
  addEventListener("storage", (event) => {
    if (event.key !== storageKey) return;
    restore();
    refresh(current);
  });
  addEventListener("beforeunload", (event) => {
    if (!keepsProgress && decisions.size) event.preventDefault();
  });
  restore();
  filter();
  current = -1;
  show(Math.max(0, nextOpen()));
}

start();
