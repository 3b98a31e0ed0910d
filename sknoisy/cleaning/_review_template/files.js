// Where decisions are kept, and how they leave the page and come back.

function restore() {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    decisions = new Map(kept.map(([index, ...rest]) => [index, fromStorage(rest)]));
  } catch {
    keepsProgress = false;
  }
}

const fromStorage = ([given, corrected, decision]) => ({ given, corrected, decision });

function save() {
  try {
    const kept = [...decisions].map(([index, d]) => [index, d.given, d.corrected, d.decision]);
    localStorage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    keepsProgress = false;
  }
  if (!keepsProgress) {
    notice("This browser doesn't keep your progress: export it before you close the page.");
  }
}

// Spreadsheets run text that begins so; numbers are none. An apostrophe tells them not to,
// and is taken off when the file comes back.
const formula = /^'*[=+\-@\t\r]/;
const number = /^[+-]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?$/;
const withoutFormula = (text) => (formula.test(text) && !number.test(text) ? `'${text}` : text);
const withFormula = (text) => (text.startsWith("'") && formula.test(text) ? text.slice(1) : text);

function asCSV() {
  const quote = (value) => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const rows = [...decisions]
    .sort(([a], [b]) => a - b)
    .map(([index, d]) => [String(index), d.given, d.corrected, d.decision, data.fingerprint])
    .map((row) => row.map(withoutFormula));
  return [csvColumns, ...rows].map((row) => row.map(quote).join(",") + "\r\n").join("");
}

function exportCSV() {
  const url = URL.createObjectURL(new Blob([asCSV()], { type: "text/csv" }));
  make("a", { href: url, download: data.file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  tell(`${words(decisions.size, "decision")} exported to ${data.file}.`);
}

async function loadCSV(file) {
  const [head, ...rows] = parseCSV(await file.text());
  const place = csvColumns.map((column) => head?.indexOf(column) ?? -1);
  if (place.includes(-1)) return notice(`${file.name} isn't a file that such a page exported.`);
  const found = rows.map((row) => place.map((at) => withFormula(row[at] ?? "")));
  if (found.some((row) => row[4] !== data.fingerprint)) {
    return notice(`${file.name} belongs to other data.`);
  }
  const fresh = found.filter(([index]) => !decisions.has(Number(index)));
  for (const [index, ...rest] of fresh) decisions.set(Number(index), fromStorage(rest));
  save();
  const known = found.length - fresh.length;
  tell(
    `${words(fresh.length, "decision")} loaded.` +
      (known ? ` ${known} stay as they were made here.` : ""),
  );
  refresh(current);
}

function parseCSV(text) {
  const rows = [[]];
  const cells = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g;
  for (const [whole, cell, end] of text.replace(/^\uFEFF/, "").matchAll(cells)) {
    if (whole === "") break;
    rows.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}
