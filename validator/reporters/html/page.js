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

const allFindings = data.findings.map((row) => Object.fromEntries(data.columns.map((name, index) => [name, row[index]])));
const runOf = new Map(); // finding -> the thread and the run it is in
data.threads.forEach((thread) => {
  for (const run of thread.runs) for (const index of run.findings) runOf.set(allFindings[index], { thread, run });
});

for (const finding of allFindings) {
  finding.words = [finding.rule, finding.file, finding.request, finding.pointer, finding.message, finding.run, finding.status]
    .join("\n").toLowerCase();
}

const ALIKE = 3; // findings of a rule at one pointer template that are drawn of a group before its others
let alike = new Map(); // the last of these -> the others
let groups = new Map(); // the file or rule -> its findings and, once it is drawn, its list
let onlyFile = null; // the file whose findings are shown, if it is one
let by = "file";

const findings = sliced(at("more-findings"), "finding", (finding) => {
  const group = groups.get(finding[by]);
  if (!group.list) {
    group.list = element("ol", { class: "findings" });
    at("findings").append(groupDetails(finding[by], group));
  }
  const card = findingCard(finding);
  group.list.append(card);
  if (alike.has(finding)) group.list.append(alikeItem(alike.get(finding)));
  return card;
});

function groupDetails(name, group) {
  const rule = by === "rule" && rulePage(name);
  return element("details", { class: "group", open: "" },
    element("summary", {}, element("h3", { class: `value ${by}` }, ...(by === "file" ? pathParts(name) : [name])), ...severityCounts(group.counts)),
    rule ? element("p", { class: "what" }, `${rule.querySelector(".what").textContent} `,
      element("a", { href: `#${rule.id}`, "aria-label": `About ${name}` }, "About this rule")) : null,
    group.list);
}

// A file with its folder apart, which is often that of its neighbours too.
function pathParts(file) {
  const start = file.lastIndexOf("/") + 1;
  return [element("span", { class: "folder" }, file.slice(0, start)), file.slice(start)];
}

function severityCounts(counts) {
  return SEVERITIES.filter((severity) => counts[severity]).map((severity) =>
    element("span", { class: severity }, element("span", { class: "severity" }, counted(counts[severity], severity))));
}

const rulePage = (rule) => at(`rule-${rule.replace(":", "-")}`);

// Returns the first findings of each kind, group by group, and stores the others in `alike`.
function folded(shown) {
  groups = new Map();
  for (const finding of shown) {
    if (!groups.has(finding[by])) groups.set(finding[by], { findings: [], counts: { error: 0, warning: 0, info: 0 } });
    const group = groups.get(finding[by]);
    group.findings.push(finding);
    group.counts[finding.severity] += 1;
  }
  alike = new Map();
  const worstFirst = [...groups.values()].sort((a, b) =>
    b.counts.error - a.counts.error || b.counts.warning - a.counts.warning || b.counts.info - a.counts.info);
  return worstFirst.flatMap((group) => firstOfKinds(group.findings));
}

function firstOfKinds(shown) {
  const kinds = new Map();
  return shown.filter((finding) => {
    const kind = JSON.stringify([finding.rule, finding.severity, finding.pointer.replace(/\/\d+(?=\/|$)/g, "/*")]);
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
      by === "rule"
        ? element("span", { class: "value" }, finding.file)
        : element("a", { class: "rule", href: `#${rulePage(finding.rule).id}` }, finding.rule)),
    element("p", { class: "place" }, placeOf(finding)),
    element("p", { class: "message value" }, finding.message),
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
  const around = matchMedia("(min-width: 32rem)").matches ? Infinity : 60; // what is shown on each side
  const indent = Math.min(start, text.findIndex((character) => character !== " "));
  const [from, to] = [Math.max(indent, start - around), end + around];
  return element("pre", { class: "excerpt" },
    element("span", { class: "line" }, `${finding.line ?? ""}`),
    element("code", {},
      cutLeft || from > indent ? "\u2026" : "", text.slice(from, start).join(""),
      element("mark", {}, text.slice(start, end).join("") || "\u2038"),
      text.slice(end, to).join(""), cutRight || to < text.length ? "\u2026" : ""));
}

function aboutOf(finding) {
  const parts = [];
  if (finding.pointer) parts.push(element("code", { class: "value" }, ...breakable(finding.pointer)));
  if (finding.request !== null) parts.push(element("span", { class: "value" }, finding.request));
  if (finding.run !== null) {
    const status = finding.status === null ? "" : ` (${finding.status})`;
    parts.push(element("span", { class: "value" }, `run ${finding.run}${status}`));
  }
  if (runOf.has(finding)) {
    parts.push(button("timeline", () => showRun(runOf.get(finding)), { "aria-label": `Timeline of ${runName(finding.run)}` }));
  }
  return parts;
}

const runName = (id) => (id === null ? "a run without a name" : id);

function boxes(id) {
  return [...at(id).querySelectorAll("input[type=checkbox]")];
}

function chosen(id) {
  return new Set(boxes(id).filter((box) => box.checked).map((box) => box.value));
}

function matcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (searched) => words.every((word) => searched.includes(word));
}

function filterFindings() {
  const severities = chosen("severities");
  const rules = chosen("rule-choices");
  const matches = matcher(at("words").value);
  const counts = new Map(); // what a choice would show beside the other filters
  const shown = allFindings.filter((finding) => {
    if ((onlyFile !== null && finding.file !== onlyFile) || !matches(finding.words)) return false;
    const isSevere = severities.size === 0 || severities.has(finding.severity);
    const isOfRule = rules.size === 0 || rules.has(finding.rule);
    if (isOfRule) added(counts, finding.severity, 1);
    if (isSevere) added(counts, finding.rule, 1);
    return isSevere && isOfRule;
  });
  by = document.querySelector("#grouping input:checked").value;
  at("findings").replaceChildren();
  findings.show(folded(shown));
  at("findings-status").textContent = statusOf(shown.length, allFindings.length, "finding");
  for (const { value, total, listed, count } of choices) {
    count.textContent = listed === total ? number(counts.get(value) ?? 0) : `${number(counts.get(value) ?? 0)} of ${number(total)}`;
  }
  const words = at("words").value.trim();
  at("clear").hidden = !(words || severities.size || rules.size || onlyFile !== null);
  at("chosen-file").hidden = onlyFile === null;
  at("chosen-file").querySelector(".value").textContent = onlyFile ?? "";
  at("no-match").hidden = shown.length > 0 || allFindings.length === 0;
  at("no-match").querySelector(".value").textContent = words ? `Nothing matches \u201c${words}\u201d.` : "Nothing matches these filters.";
  drawnView = viewAddress();
}

function clearFilters() {
  onlyFile = null;
  at("words").value = "";
  for (const box of [...boxes("severities"), ...boxes("rule-choices")]) box.checked = false;
}

function statusOf(shown, all, noun) {
  if (all === 0) return `No ${noun}s`;
  return shown === all ? counted(all, noun) : `${number(shown)} of ${counted(all, noun)}`;
}

const choices = []; // each box with the place of its count

// A box to tick, and how many findings it would show; where some were cut off, of how many.
function choice(fieldset, value, severity, listed, total) {
  const count = element("span", { class: "count" });
  choices.push({ value, total, listed, count });
  at(fieldset).append(element("label", { class: `choice ${severity}` },
    element("input", { type: "checkbox", value }),
    element("span", { class: "severity", "aria-hidden": "true" }),
    element("span", { class: "what" }, value),
    count));
}

function added(totals, key, count) {
  totals.set(key, (totals.get(key) ?? 0) + count);
}

function drawChoices() {
  const listed = new Map();
  const totals = new Map();
  const worst = new Map();
  for (const finding of allFindings) {
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
  const draw = (fieldset, value, severity) => choice(fieldset, value, severity, listed.get(value) ?? 0, totals.get(value));
  for (const severity of SEVERITIES.filter((one) => totals.has(one))) draw("severities", severity, severity);
  for (const rule of [...rules].sort((a, b) => totals.get(b) - totals.get(a))) draw("rule-choices", rule, worst.get(rule));
}

function showFindingsOf(run) {
  clearFilters();
  at("words").value = run.id;
  filterFindings();
  go(viewAddress());
  at("words").focus();
}

// ---- Threads

const END_TIMES = ["completed_at", "failed_at", "cancelled_at"];
const SYMBOL_ORDER = ["expires_at", "started_at", ...END_TIMES, "created_at"]; // the last is drawn above the others
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
    element("p", { class: "facts" }, factsOf(run) || (Object.keys(run.times).length ? "" : "no times"),
      run.findings.length ? foundIn(run) : null),
    run.marks.length ? marksOf(run) : null);
  run.row = row;
  return row;
}

function factsOf(run) {
  return run.pieces.map(([, , , text]) => text).join(", ");
}

function foundIn(run) {
  const worst = SEVERITIES.find((severity) => run.findings.some((index) => allFindings[index].severity === severity));
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
  for (const key of SYMBOL_ORDER) if (key in run.times) bar.append(symbolOf(key, percent(place(run.times[key]))));
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
  created_at: "M0 12.5 a3.5 3.5 0 1 0 .01 0 Z",
  started_at: "M0 10 H3 V22 H0 Z",
  expires_at: "M0 10 L5 16 L0 22 L-5 16 Z",
};

function symbolOf(key, x) {
  return placed(x, SYMBOLS[key] ?? "M-1.5 7 H1.5 V25 H-1.5 Z", key);
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
  at("statuses").replaceChildren(...statusItems(shown));
}

// How many of the runs have each status, the most frequent first.
function statusItems(shown) {
  const statuses = new Map();
  for (const run of shown.flatMap((thread) => thread.runs)) added(statuses, run.status ?? "no status", 1);
  return [...statuses].sort(([, a], [, b]) => b - a).map(([status, count]) =>
    element("li", {}, element("span", { class: `swatch ${statusClass(status)}` }), `${number(count)} `, element("span", { class: "value" }, status)));
}

function showRun({ thread, run }) {
  clearThreadFilters();
  filterThreads();
  go("#threads");
  threads.reach(thread);
  const details = at(`thread-${thread.number}`);
  fill(thread, details);
  details.open = true;
  thread.rows.reach(run);
  run.row.scrollIntoView({ block: "center" });
  run.row.focus({ preventScroll: true });
}

function clearThreadFilters() {
  at("thread-words").value = "";
  at("marked").checked = false;
}

const LEGEND = [
  ["created", "active", [], ["created_at"]],
  ["waits", "active", [["wait", 0, 1]], []],
  ["started, ran, completed", "completed", [["run", 0, 1]], ["started_at"]],
  ["ran and failed", "failed", [["run", 0, 1]], ["started_at"]],
  ["ran and ended otherwise", "expired", [["run", 0, 1]], ["started_at"]],
  ["not over: until it expires", "active", [["open", 0, 1]], []],
  ["ended", "active", [], ["completed_at"]],
  ["expires", "active", [], ["expires_at"]],
  ["times in the wrong order", "active", [["backward", 1, 0]], []],
  ["overlaps another run", "active", [["overlap", 0, 1]], []],
];

function drawLegend() {
  for (const [text, status, pieces, symbols] of LEGEND) {
    const bar = drawing("svg", { class: `bar ${status}`, "aria-hidden": "true" });
    for (const piece of pieces) bar.append(...pieceOf(...piece));
    for (const symbol of symbols) bar.append(symbolOf(symbol, pieces.length ? "1%" : "50%"));
    at("legend").append(element("div", {}, element("dt", {}, bar), element("dd", {}, text)));
  }
}

// ---- The page: its tabs, and the view in its address

const tabs = [...document.querySelectorAll("[role=tab]")].filter((tab) => tab.querySelector(".count").textContent !== "0");
const panelOf = (tab) => at(tab.getAttribute("aria-controls"));
let drawnView = ""; // the address of the findings that are drawn
const scrolled = new Map(); // tab -> how far its panel was scrolled when it was left

function select(wanted) {
  const left = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  if (left) scrolled.set(left, scrollY);
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", tab === wanted);
    tab.tabIndex = tab === wanted ? 0 : -1;
    panelOf(tab).hidden = tab !== wanted;
  }
}

function drawTabs() {
  for (const panel of document.querySelectorAll(".panel")) panel.hidden = true;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.hidden = !tabs.includes(tab);
    panelOf(tab).classList.toggle("empty", tab.hidden);
  }
  document.querySelector(".tabs").hidden = tabs.length < 2;
  tabs.forEach((tab, index) => {
    if (tabs.length > 1) panelOf(tab).setAttribute("role", "tabpanel");
    if (tabs.length > 1) panelOf(tab).setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => go(addressOf(tab)));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const other = tabs.at((index + step) % tabs.length);
      go(addressOf(other));
      other.focus();
    });
  });
}

const addressOf = (tab) => (tab.id === "findings-tab" ? viewAddress() : `#${tab.id.replace("-tab", "")}`);

// The filters of the findings as an address, which can be sent to somebody who has the report.
function viewAddress() {
  const view = new URLSearchParams();
  if (at("words").value.trim()) view.set("words", at("words").value.trim());
  if (onlyFile !== null) view.set("file", onlyFile);
  for (const severity of chosen("severities")) view.append("severity", severity);
  for (const rule of chosen("rule-choices")) view.append("rule", rule);
  if (by !== "file") view.set("by", by);
  return `#${view.size ? view : "findings"}`;
}

function go(address) {
  if (address === location.hash) return;
  history.pushState(null, "", address);
  follow();
}

// Shows what the address names: an element of the page by its id, or findings by filters.
function follow() {
  const part = location.hash && document.getElementById(location.hash.slice(1));
  if (part && part.id !== "findings") return reveal(part);
  const tab = tabs.find((one) => one.id === "findings-tab");
  if (!tab || (!location.hash && tabs.includes(at("statements-tab")))) return select(firstTab());
  const address = part || !location.hash ? "#findings" : location.hash;
  if (address !== drawnView) readView(new URLSearchParams(address.slice(1)));
  if (address !== drawnView) filterFindings();
  select(tab);
}

// What the report is about: a live server, or else findings, or else what was checked.
function firstTab() {
  return ["statements", "findings", "threads", "files"].map((name) => at(`${name}-tab`)).find((tab) => tabs.includes(tab));
}

function readView(view) {
  clearFilters();
  at("words").value = view.get("words") ?? "";
  onlyFile = view.get("file");
  for (const box of boxes("severities")) box.checked = view.getAll("severity").includes(box.value);
  for (const box of boxes("rule-choices")) box.checked = view.getAll("rule").includes(box.value);
  document.querySelector(`#grouping [value=${view.get("by") === "rule" ? "rule" : "file"}]`).checked = true;
}

function reveal(part) {
  const panel = part.closest(".panel");
  const tab = tabs.find((one) => panelOf(one) === panel);
  if (!tab) return;
  select(tab);
  if (!part.matches("details")) return;
  part.open = true;
  part.scrollIntoView();
  part.querySelector("summary").focus({ preventScroll: true });
}

function filtersChanged() {
  filterFindings();
  history.replaceState(null, "", drawnView);
}

function cleared() {
  clearFilters();
  filtersChanged();
  at("words").focus();
}

at("filters").addEventListener("input", filtersChanged);
at("grouping").addEventListener("input", filtersChanged);
at("clear").addEventListener("click", cleared);
at("no-match").querySelector("button").addEventListener("click", cleared);
at("chosen-file").querySelector("button").addEventListener("click", () => {
  onlyFile = null;
  filtersChanged();
});
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("thread-filters").addEventListener("input", filterThreads);
at("thread-filters").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", () => {
  const isBack = (location.hash || "#findings") === drawnView;
  follow();
  if (isBack) scrollTo(0, scrolled.get(at("findings-tab")) ?? 0);
});
for (const details of document.querySelectorAll(".side details, details.side")) {
  details.open = matchMedia("(min-width: 60rem)").matches;
}
for (const shown of document.querySelectorAll(".view")) shown.hidden = false;

at("plain").remove();
drawTabs();
drawChoices();
drawLegend();
filterFindings();
filterThreads();
const first = at("threads").querySelector("details");
if (first) first.open = true;
follow();
