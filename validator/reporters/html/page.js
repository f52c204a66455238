// Draws the report from the JSON in the page. What was read becomes text nodes and nothing else: no string is markup.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const SEVERITIES = ["error", "warning", "info"];
const SLICE = 100; // findings, threads or runs that are drawn at once

const at = (id) => document.getElementById(id);
const number = (count) => count.toLocaleString("en");
const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function button(text, act, attributes = {}) {
  const made = element("button", { type: "button", class: "link", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

// A list that is drawn slice by slice; its button draws the next slice and moves the focus to what is new.
function sliced(more, noun, draw) {
  let items = [];
  let drawn = 0;
  function next() {
    const first = items.slice(drawn, drawn + SLICE).map(draw)[0];
    drawn = Math.min(drawn + SLICE, items.length);
    const left = items.length - drawn;
    more.hidden = left === 0;
    more.textContent = `Show ${number(Math.min(SLICE, left))} more of ${counted(left, noun)}`;
    return first;
  }
  more.addEventListener("click", () => next().focus());
  return {
    show(wanted) {
      items = wanted;
      drawn = 0;
      next();
    },
    reach(item) {
      while (items.indexOf(item) >= drawn) next();
    },
  };
}

// ---- Findings

const runOf = new Map(); // finding -> the thread and the run it is in
data.threads.forEach((thread) => {
  for (const run of thread.runs) for (const index of run.findings) runOf.set(data.findings[index], { thread, run });
});

for (const finding of data.findings) {
  finding.words = [finding.rule, finding.file, finding.pointer, finding.message, finding.run, finding.status]
    .join("\n").toLowerCase();
}

const ALIKE = 3; // findings of one rule at one pointer template that are drawn of a file before its others
let alike = new Map(); // the last of these -> the others

let group = null; // the file whose findings are being drawn

const findings = sliced(at("more-findings"), "finding", (finding) => {
  if (group === null || group.file !== finding.file) {
    group = { file: finding.file, list: element("ol", { class: "findings" }) };
    at("findings").append(
      element("section", { class: "file" }, element("h3", {}, element("span", { class: "value" }, finding.file)), group.list),
    );
  }
  const card = findingCard(finding);
  group.list.append(card);
  if (alike.has(finding)) group.list.append(alikeItem(alike.get(finding)));
  return card;
});

// Returns the first findings of each kind, and stores the others in `alike`.
function folded(shown) {
  const kinds = new Map();
  alike = new Map();
  return shown.filter((finding) => {
    const kind = JSON.stringify(
      [finding.file, finding.rule, finding.severity, finding.pointer.replace(/\/\d+(?=\/|$)/g, "/*")]);
    const firsts = kinds.get(kind) ?? [];
    kinds.set(kind, firsts);
    if (firsts.length < ALIKE) return firsts.push(finding);
    const last = firsts[ALIKE - 1];
    if (!alike.has(last)) alike.set(last, []);
    alike.get(last).push(finding);
    return false;
  });
}

// A button that draws the next findings of a kind in its place.
function alikeItem(others) {
  const item = element("li", { class: "alike" });
  const all = number(others.length);
  item.append(button(`Show ${others.length > SLICE ? `${SLICE} of ${all}` : all} more like this`, () => {
    const cards = others.slice(0, SLICE).map(findingCard);
    const left = others.slice(SLICE);
    item.replaceWith(...cards, ...(left.length ? [alikeItem(left)] : []));
    cards[0].focus();
  }));
  return item;
}

function findingCard(finding) {
  return element("li", { class: `finding ${finding.severity}`, tabindex: "-1" },
    element("h4", {},
      element("span", { class: "severity" }, finding.severity), " ",
      element("span", { class: "rule" }, finding.rule)),
    element("p", { class: "place" }, placeOf(finding)),
    element("p", { class: "message" },
      finding.pointer ? element("code", { class: "value" }, ...breakable(finding.pointer)) : "the document", " ",
      element("span", { class: "value" }, finding.message)),
    finding.excerpt && excerptOf(finding),
    element("p", { class: "about" }, ...aboutOf(finding)));
}

// A pointer that may be broken before each of its keys.
function breakable(pointer) {
  return pointer.split("/").flatMap((key, index) => (index ? [element("wbr"), `/${key}`] : [key]));
}

function placeOf(finding) {
  const parts = [];
  if (finding.record !== null) parts.push(`record ${finding.record}`);
  if (finding.line !== null) parts.push(`line ${finding.line}, column ${finding.column}`);
  return parts.join(" \u00b7 ");
}

function excerptOf(finding) {
  const [whole, start, end, cutLeft, cutRight] = finding.excerpt;
  const text = [...whole]; // places count code points
  if (whole.trim() === "") return null;
  const indent = Math.min(start, text.findIndex((character) => character !== " "));
  return element("pre", { class: "excerpt" },
    element("span", { class: "line" }, `${finding.line ?? ""}`),
    element("code", {},
      cutLeft ? "\u2026" : "", text.slice(indent, start).join(""),
      element("mark", {}, text.slice(start, end).join("") || "\u2038"),
      text.slice(end).join(""), cutRight ? "\u2026" : ""));
}

function aboutOf(finding) {
  const parts = [];
  if (finding.run !== null) {
    const status = finding.status === null ? "" : ` (${finding.status})`;
    parts.push(element("span", { class: "value" }, `run ${finding.run}${status}`));
  }
  if (runOf.has(finding)) {
    parts.push(button("timeline", () => showRun(runOf.get(finding)), { "aria-label": `Timeline of ${runName(finding.run)}` }));
  }
  if (finding.source.startsWith("https://")) {
    parts.push(element("a", { href: finding.source, rel: "noreferrer", "aria-label": `Evidence for ${finding.rule}` }, "evidence"));
  }
  return parts;
}

const runName = (id) => (id === null ? "a run without a name" : id);

function chosen(id) {
  return new Set([...at(id).querySelectorAll("input:checked")].map((box) => box.value));
}

function matcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (searched) => words.every((word) => searched.includes(word));
}

function filterFindings() {
  const severities = chosen("severities");
  const rules = chosen("rules");
  const matches = matcher(at("words").value);
  const shown = data.findings.filter((finding) =>
    (severities.size === 0 || severities.has(finding.severity)) &&
    (rules.size === 0 || rules.has(finding.rule)) &&
    matches(finding.words));
  at("findings").replaceChildren();
  group = null;
  findings.show(folded(shown));
  at("findings-status").textContent = statusOf(shown.length, data.findings.length, "finding");
}

function statusOf(shown, all, noun) {
  if (all === 0) return `No ${noun}s`;
  return shown === all ? counted(all, noun) : `${number(shown)} of ${counted(all, noun)}`;
}

// A box to tick, and how many findings it stands for; where some were cut off, of how many.
function choice(fieldset, value, severity, listed, total, most) {
  const share = element("span", { class: "share" });
  share.style.width = `${(100 * total) / most}%`;
  at(fieldset).append(element("label", { class: `choice ${severity}` },
    element("input", { type: "checkbox", value }),
    element("span", { class: "severity", "aria-hidden": "true" }),
    element("span", { class: "what" }, value),
    element("span", { class: "count" }, listed === total ? number(total) : `${number(listed)} of ${number(total)}`),
    share));
}

function added(totals, key, count) {
  totals.set(key, (totals.get(key) ?? 0) + count);
}

function drawChoices() {
  const listed = new Map();
  const totals = new Map();
  const worst = new Map();
  for (const finding of data.findings) {
    added(listed, finding.severity, 1);
    added(listed, finding.rule, 1);
  }
  const rules = new Set();
  for (const [rule, severity, count] of data.counts) {
    added(totals, severity, count);
    added(totals, rule, count);
    rules.add(rule);
    worst.set(rule, SEVERITIES[Math.min(SEVERITIES.indexOf(severity), SEVERITIES.indexOf(worst.get(rule) ?? "info"))]);
  }
  const severities = SEVERITIES.filter((severity) => totals.has(severity));
  const draw = (fieldset, values, severityOf) => {
    const most = Math.max(...values.map((value) => totals.get(value)));
    for (const value of values) {
      choice(fieldset, value, severityOf(value), listed.get(value) ?? 0, totals.get(value), most);
    }
  };
  draw("severities", severities, (severity) => severity);
  draw("rules", [...rules].sort((a, b) => totals.get(b) - totals.get(a)), (rule) => worst.get(rule));
}

function showFindingsOf(run) {
  at("filters").reset();
  at("words").value = run.id;
  filterFindings();
  select("findings");
  at("words").focus();
}

// ---- Threads

const END_TIMES = ["completed_at", "failed_at", "cancelled_at"];
const COLUMNS = [["created", "created_at"], ["started", "started_at"], ["ended", ...END_TIMES], ["expires", "expires_at"]];

data.threads.forEach((thread, index) => {
  thread.number = index;
  thread.marked = thread.runs.some((run) => run.findings.length || run.marks.length);
  thread.words = [thread.id, thread.where, ...thread.runs.flatMap((run) => [run.id, run.status])].join("\n").toLowerCase();
});

const threads = sliced(at("more-threads"), "thread", (thread) => {
  const drawn = threadDetails(thread);
  at("threads").append(drawn);
  return drawn.querySelector("summary");
});

function threadDetails(thread) {
  const marks = thread.runs.flatMap((run) => run.marks);
  const odd = (kind, noun) => {
    const count = marks.filter((mark) => mark[0] === kind).length;
    return count ? element("span", { class: `count ${kind}` }, counted(count, noun)) : null;
  };
  const found = thread.runs.reduce((sum, run) => sum + run.findings.length, 0);
  const details = element("details", { class: "thread", id: `thread-${thread.number}` },
    element("summary", {},
      element("span", { class: "value name" }, thread.id ?? "Thread not named"), " ",
      element("span", { class: "count" }, counted(thread.runs.length, "run")), " ",
      found ? element("span", { class: "count found" }, counted(found, "finding")) : null, " ",
      odd("overlap", "overlap"), " ", odd("backward", "backward time"),
      element("span", { class: "value where" }, thread.where)));
  details.addEventListener("toggle", () => fill(thread, details));
  return details;
}

// The inside of a thread is drawn when it is opened first.
function fill(thread, details) {
  if (thread.rows) {
    if (!details.contains(thread.inside)) details.append(thread.inside);
    return;
  }
  const scale = scaleOf(thread.runs);
  const rows = element("ol", { class: "rows" });
  const more = element("button", { type: "button", class: "more" });
  thread.rows = sliced(more, "run", (run) => {
    const row = runRow(run, scale);
    rows.append(row);
    return row;
  });
  thread.rows.show(thread.runs);
  thread.inside = element("div", { class: "inside" }, axisOf(scale), rows, more, timesTable(thread));
  details.append(thread.inside);
}

// Where a time stands, from 0 to 1. Stretches between neighbouring times grow with the logarithm of their length, and
// less where no run is under way: five seconds and three days are both seen, and order and overlap stay true.
function scaleOf(runs) {
  const times = [...new Set(runs.flatMap((run) => Object.values(run.times)))].sort((a, b) => a - b);
  const busy = busyStretches(runs, times);
  const sums = [0];
  for (let index = 1; index < times.length; index++) {
    const most = busy[index - 1] > 0 ? 12 : 3;
    sums.push(sums[index - 1] + Math.min(Math.log2(1 + times[index] - times[index - 1]), most));
  }
  const whole = sums.at(-1);
  return { times, places: new Map(times.map((time, index) => [time, whole ? sums[index] / whole : 0.5])) };
}

// How many runs are under way after each of the times.
function busyStretches(runs, times) {
  const changes = new Map();
  for (const run of runs) {
    const own = Object.values(run.times);
    added(changes, Math.min(...own), 1);
    added(changes, Math.max(...own), -1);
  }
  let under = 0;
  return times.map((time) => (under += changes.get(time) ?? 0));
}

const percent = (fraction) => `${(1 + 98 * fraction).toFixed(3)}%`;

function clock(time) {
  const date = new Date(time * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return String(time);
  return date.toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
}

// The first and the last time, above the ends of the bars.
function axisOf(scale) {
  const ends = scale.times.length > 1 ? [scale.times[0], scale.times.at(-1)] : scale.times;
  return element("p", { class: "axis", "aria-hidden": "true" }, element("span", {}, ...ends.map((time) => element("span", {}, clock(time)))));
}

function runRow(run, scale) {
  const seen = run.seen > 1 ? `, seen ${run.seen} times` : "";
  const row = element("li", { class: "row", tabindex: "-1" },
    element("p", { class: "who" },
      element("span", { class: "value name" }, runName(run.id)), " ",
      element("span", { class: "value status" }, (run.status ?? "no status") + seen)),
    barOf(run, scale),
    element("p", { class: "facts" }, run.facts || (Object.keys(run.times).length ? "" : "no times"),
      run.findings.length ? foundIn(run) : null),
    run.marks.length ? marksOf(run) : null);
  run.row = row;
  return row;
}

function foundIn(run) {
  const worst = SEVERITIES.find((severity) => run.findings.some((index) => data.findings[index].severity === severity));
  const text = counted(run.findings.length, "finding");
  const shown = run.id === null
    ? element("span", {}, text)
    : button(text, () => showFindingsOf(run), { "aria-label": `${text} in ${run.id}` });
  return element("span", { class: `found ${worst}` }, element("span", { class: "severity" }, ""), shown);
}

function marksOf(run) {
  const most = 4;
  const marks = run.marks.slice(0, most).map(([kind, , , text]) => element("li", { class: kind }, element("span", { class: "value" }, text)));
  if (run.marks.length > most) marks.push(element("li", {}, `and ${number(run.marks.length - most)} more`));
  return element("ul", { class: "marks" }, ...marks);
}

function barOf(run, scale) {
  const place = (time) => scale.places.get(time);
  const bar = drawing("svg", { class: `bar ${statusClass(run.status)}`, "aria-hidden": "true", focusable: "false" });
  bar.append(drawing("line", { class: "track", x1: percent(0), x2: percent(1), y1: "16", y2: "16" }));
  for (const [kind, start, end] of [...run.pieces, ...run.marks]) bar.append(...pieceOf(kind, place(start), place(end)));
  for (const [key, time] of Object.entries(run.times)) bar.append(symbolOf(key, percent(place(time))));
  return bar;
}

function pieceOf(kind, start, end) {
  const left = Math.min(start, end);
  const [y, height] = { wait: [14, 4], run: [10, 12], open: [10, 12], overlap: [1, 30], overlapped: [1, 30], backward: [10, 12] }[kind];
  const width = start === end ? 6 : `${(98 * Math.abs(end - start)).toFixed(3)}%`;
  const size = { x: percent(left), width, y, height };
  const piece = drawing("rect", { class: kind, ...size });
  if (kind === "backward") return [drawing("rect", { class: "under", ...size }), piece, placed(size.x, "M8 9 L1 16 L8 23", "arrow")];
  return kind.startsWith("overlap") ? [drawing("rect", { class: "under", ...size }), piece] : [piece];
}

const SYMBOLS = {
  created_at: "M0 11 a5 5 0 1 0 .01 0 Z",
  started_at: "M-3 9 L5 16 L-3 23 Z",
  expires_at: "M0 9 L6 16 L0 23 L-6 16 Z",
};

function symbolOf(key, x) {
  return placed(x, SYMBOLS[key] ?? "M-2 7 H2 V25 H-2 Z", key);
}

// A shape at a place that is given in percent.
function placed(x, path, name) {
  return drawing("svg", { x, overflow: "visible" }, drawing("path", { class: `symbol ${name}`, d: path }));
}

function statusClass(status) {
  if (["completed", "failed", "cancelled", "expired", "incomplete"].includes(status)) return status;
  return "active";
}

// What the bars show, for those who read or hear: filled when it is opened.
function timesTable(thread) {
  const details = element("details", { class: "times" }, element("summary", {}, "Times as a table"));
  details.addEventListener("toggle", () => {
    if (details.querySelector("table") === null) details.append(tableOf(thread));
  });
  return details;
}

function tableOf(thread) {
  const head = ["Run", "Status", "Created", "Started", "Ended", "Expires", "Notes"];
  return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Times of ${thread.id ?? "the thread"}` },
    element("table", {},
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...thread.runs.map((run) => element("tr", {},
        element("th", { scope: "row", class: "value" }, runName(run.id)),
        element("td", { class: "value" }, run.status ?? ""),
        ...COLUMNS.map(([, ...keys]) => element("td", {}, keys.filter((key) => key in run.times).map((key) => clock(run.times[key])).join(", "))),
        element("td", { class: "value" }, run.marks.map(([, , , text]) => text).join("; ")))))));
}

function filterThreads() {
  const matches = matcher(at("thread-words").value);
  const shown = data.threads.filter((thread) => (!at("marked").checked || thread.marked) && matches(thread.words));
  at("threads").replaceChildren();
  threads.show(shown);
  at("threads-status").textContent = statusOf(shown.length, data.threads.length, "thread");
}

function showRun({ thread, run }) {
  at("thread-filters").reset();
  filterThreads();
  select("threads");
  threads.reach(thread);
  const details = at(`thread-${thread.number}`);
  fill(thread, details);
  details.open = true;
  thread.rows.reach(run);
  run.row.scrollIntoView({ block: "center" });
  run.row.focus({ preventScroll: true });
}

const LEGEND = [
  ["created", [], ["created_at"]],
  ["waits", [["wait", 0, 1]], []],
  ["started, runs", [["run", 0, 1]], ["started_at"]],
  ["ended", [], ["completed_at"]],
  ["expires", [], ["expires_at"]],
  ["not over, until it expires", [["open", 0, 1]], []],
  ["runs backwards", [["backward", 1, 0]], []],
  ["overlaps another run", [["overlap", 0, 1]], []],
];

function drawLegend() {
  for (const [text, pieces, symbols] of LEGEND) {
    const bar = drawing("svg", { class: "bar completed", "aria-hidden": "true" });
    for (const piece of pieces) bar.append(...pieceOf(...piece));
    for (const symbol of symbols) bar.append(symbolOf(symbol, pieces.length ? "8%" : "50%"));
    at("legend").append(element("div", {}, element("dt", {}, bar), element("dd", {}, text)));
  }
}

// ---- The page

const NAMES = data.threads.length ? ["findings", "threads"] : ["findings"];

function select(name) {
  for (const one of NAMES) {
    const selected = one === name;
    at(`${one}-tab`).setAttribute("aria-selected", selected);
    at(`${one}-tab`).tabIndex = selected ? 0 : -1;
    at(`${one}-panel`).hidden = !selected;
  }
}

function drawTabs() {
  if (NAMES.length === 1) {
    at("findings-panel").removeAttribute("role");
    return;
  }
  at("findings-tab").textContent = `Findings ${number(data.findings.length)}`;
  at("threads-tab").textContent = `Threads ${number(data.threads.length)}`;
  document.querySelector(".tabs").hidden = false;
  NAMES.forEach((name, index) => {
    const tab = at(`${name}-tab`);
    tab.addEventListener("click", () => select(name));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = NAMES[1 - index];
      select(other);
      at(`${other}-tab`).focus();
    });
  });
}

at("filters").addEventListener("input", filterFindings);
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("filters").addEventListener("reset", () => setTimeout(filterFindings));
at("thread-filters").addEventListener("input", filterThreads);
at("thread-filters").addEventListener("submit", (event) => event.preventDefault());
document.querySelector("details.side").hidden = data.counts.length === 0;
for (const details of document.querySelectorAll(".side details, details.side")) {
  details.open = matchMedia("(min-width: 60rem)").matches;
}

drawTabs();
drawChoices();
drawLegend();
filterFindings();
filterThreads();
const first = at("threads").querySelector("details");
if (first) first.open = true;
at("plain").remove();
select("findings");
