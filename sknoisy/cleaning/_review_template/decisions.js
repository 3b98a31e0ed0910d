// One sample at a time, a queue beside it, and decisions that stay in the browser.
// Everything that comes from the data enters the page as text, never as HTML.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const { items, classes, columns } = data;

const storageKey = `sknoisy review ${data.fingerprint}`;
const csvColumns = ["index", "given", "corrected", "decision", "fingerprint"];
const rowHeight = 60; // of the queue, in pixels, as in the style sheet
const stateWords = { open: "Open", change: "Changed", keep: "Kept", skip: "Skipped" };
const stateMarks = { open: "", change: "✓", keep: "=", skip: "–" };

// decisions by the sample's index: those of other pages on the same data included
let decisions = new Map();
let current = 0; // position in items
let visible = items.map((_, position) => position);
const past = []; // lists of [index, what was decided before], for undo
let keepsProgress = true;

const name = (code) => classes[code].name;
const words = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// ---------------------------------------------------------------- decisions

function stateOf(item) {
  const made = decisions.get(item.index);
  if (!made) return "open";
  return made.decision === "accept" || made.decision === "choose" ? "change" : made.decision;
}

function decide(code) {
  const item = items[current];
  if (!item || code === null) return;
  const decision =
    code === item.given ? "keep" : code === item.suggested ? "accept" : "choose";
  record({ given: classes[item.given].text, corrected: classes[code].text, decision });
}

function skip() {
  const given = items[current] && classes[items[current].given].text;
  if (items[current]) record({ given, corrected: given, decision: "skip" });
}

// Open samples of the queue with the same given and suggested label as the current one.
function alike(item) {
  return visible
    .map((position) => items[position])
    .filter((other) => other.given === item.given && other.suggested === item.suggested)
    .filter((other) => other !== item && stateOf(other) === "open");
}

function record(made) {
  const item = items[current];
  const all = $("alike").ariaPressed === "true" ? [item, ...alike(item)] : [item];
  past.push(all.map((one) => [one.index, decisions.get(one.index)]));
  for (const one of all) decisions.set(one.index, made);
  $("alike").ariaPressed = false; // for once, not for good
  save();
  const state = stateOf(item);
  const next = nextOpen();
  const open = items.filter((other) => stateOf(other) === "open").length;
  tell(
    (all.length > 1 ? `${words(all.length, "sample")}: ` : "") +
      (state === "change" ? `Changed to ${nameOf(made.corrected)}.` : `${stateWords[state]}.`) +
      (open ? ` ${words(open, "sample")} left.` : " That was the last one."),
  );
  refresh(next);
}

function undo() {
  const last = past.pop();
  if (!last) return tell("Nothing to undo.");
  for (const [index, before] of last) {
    if (before) decisions.set(index, before);
    else decisions.delete(index);
  }
  save();
  tell("Undone.");
  refresh(items.findIndex((item) => item.index === last[0][0]));
}

const nameOf = (text) => classes.find((known) => known.text === text)?.name ?? text;

// The next open sample of the queue after the current one, from its top if need be.
function nextOpen() {
  const later = visible.filter((position) => position > current);
  const earlier = visible.filter((position) => position < current);
  const open = (position) => stateOf(items[position]) === "open";
  return [...later, ...earlier].find(open) ?? current;
}
