"use strict";
const root = document.getElementById("report");
const colours = ["#c0392b", "#2471a3", "#1e8449", "#b7950b", "#7d3c98", "#5d6d7e"];

function add(parent, tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  parent.appendChild(element);
  return element;
}

function number(value, digits) {
  return value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: digits });
}

function table(parent, head, rows) {
  const element = add(parent, "table");
  const first = add(element, "tr");
  head.forEach(text => add(first, "th", text));
  rows.forEach(row => {
    const line = add(element, "tr");
    row.forEach(text => add(line, "td", text));
  });
}

// One curve of latency by percentile for each phase, on logarithmic axes as HdrHistogram's own plots have them.
function latencyPlot(parent, title, curves) {
  const xs = curves[0].points.map(point => 1 / (1 - Math.min(point[0], 99.995) / 100));
  const data = [xs, ...curves.map(curve => curve.points.map(point => Math.max(point[1], 0.01)))];
  const percent = x => number((1 - 1 / x) * 100, 3) + "%";
  const holder = add(parent, "div", undefined, "plot");
  new uPlot({
    title, width: 520, height: 320,
    scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
    axes: [
      { values: (plot, ticks) => ticks.map(tick => [1, 10, 100, 1000, 10000].includes(tick) ? percent(tick) : "") },
      { label: "ms", size: 70, values: (plot, ticks) => ticks.map(tick => Math.log10(tick) % 1 === 0 ? number(tick, 2) : "") },
    ],
    series: [{ label: "percentile", value: (plot, x) => x == null ? "–" : percent(x) },
      ...curves.map((curve, i) => ({ label: curve.label, stroke: colours[i % colours.length], width: 2,
        value: (plot, y) => y == null ? "–" : number(y, 2) + " ms" }))],
  }, data, holder);
}

function barPlot(parent, title, unit, labels, values) {
  const holder = add(parent, "div", undefined, "plot");
  new uPlot({
    title, width: 520, height: 280, legend: { show: false },
    scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (plot, low, high) => [0, high * 1.1 || 1] } },
    axes: [{ splits: labels.map((_, i) => i), values: () => labels, size: 44 }, { label: unit, size: 60 }],
    series: [{}, { fill: "#2471a3", stroke: "#2471a3", paths: uPlot.paths.bars({ size: [0.6, 90] }), points: { show: false } }],
  }, [labels.map((_, i) => i), values], holder);
}

function sizesPlot(parent, title, unit, sizes, curves) {
  const holder = add(parent, "div", undefined, "plot");
  new uPlot({
    title, width: 520, height: 320,
    scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
    axes: [{ label: "nodes", values: (plot, ticks) => ticks.map(tick => sizes.includes(tick) ? String(tick) : "") , splits: sizes },
      { label: unit, size: 70, values: (plot, ticks) => ticks.map(tick => Math.log10(tick) % 1 === 0 ? number(tick, 3) : "") }],
    series: [{ label: "nodes" }, ...curves.map((curve, i) => ({ label: curve.label, stroke: colours[i % colours.length], width: 2,
      points: { show: true } }))],
  }, [sizes, ...curves.map(curve => curve.values)], holder);
}

const request = (phase, kind) => phase.requests.find(one => one.kind === kind);
const short = phase => phase.phase.replace("cache reads ", "");

add(root, "p", `Each phase lasts ${report.phaseSeconds} s after ${report.warmUpSeconds} s of warm-up; load and servers share `
  + `${report.processors} processors. A request's latency counts from the moment it was due. The founding test at 5,000 nodes: `
  + `API server CPU ${report.founding.apiServerCpuPercent} %, store CPU ${report.founding.storeCpuPercent} %, p99 of LIST `
  + `${report.founding.p99SecondsOff} s to ${report.founding.p99SecondsOn} s.`, "note");

add(root, "h2", "Off, then on");
table(root, ["", "API server CPU %", "store CPU %", "bytes from store %", "own pods p99 ms", "by label p99 ms"],
  report.runs.map(run => {
    const c = run.comparison;
    const pair = kind => c[kind + " p99 millis off"] === undefined ? "–"
      : number(c[kind + " p99 millis off"], 1) + " → " + number(c[kind + " p99 millis on"], 1);
    return [run.scenario + ", " + run.subject, number(c.apiServerCpuPercent, 0), number(c.storeCpuPercent, 0),
      number(c.storeBytesPercent, 1), pair("LIST own pods"), pair("LIST by label")];
  }));

const sizes = [...new Set(report.runs.filter(run => run.nodes > 0).map(run => run.nodes))].sort((a, b) => a - b);
if (sizes.length > 1) {
  add(root, "h2", "By size of cluster");
  const plots = add(root, "div", undefined, "plots");
  const subjects = [...new Set(report.runs.filter(run => run.nodes > 0).map(run => run.subject))];
  const curves = value => subjects.flatMap(subject => [0, 1].map(index => ({
    label: subject.replace(/ \(.*/, "") + (index ? ", on" : ", off"),
    values: sizes.map(size => {
      const run = report.runs.find(one => one.nodes === size && one.subject === subject);
      return run ? value(run.phases[index]) : null;
    }),
  })));
  sizesPlot(plots, "p99 of LIST own pods", "ms", sizes, curves(phase => Math.max(request(phase, "LIST own pods").p99Millis, 0.01)));
  sizesPlot(plots, "CPU of API server", "cores", sizes, curves(phase => Math.max(phase.apiServerCores, 0.001)));
}

report.runs.forEach(run => {
  add(root, "h2", run.scenario + ", " + run.subject);
  add(root, "p", Object.entries(run.conditions).map(([name, value]) => name + " " + number(value, 1)).join(", "), "note");
  table(root, ["", "offered/s", "sent/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "errors", "missed", "unfinished"],
    run.phases.flatMap(phase => phase.requests.map(one => [phase.phase + ": " + one.kind, number(one.offeredPerSecond, 1),
      number(one.sentPerSecond, 1), number(one.p50Millis, 2), number(one.p90Millis, 2), number(one.p99Millis, 2),
      number(one.maxMillis, 1), number(one.errors, 0), number(one.missed, 0), number(one.unfinished, 0)])));
  table(root, ["", "API server cores", "store cores", "MB from store", "ranges of store", "freshness wait p99.9 s, at most",
    "lists served within 5 ms, %"],
    run.phases.map(phase => [phase.phase, number(phase.apiServerCores, 3), number(phase.storeCores, 3),
      number(phase.storeBytesRead / 1e6, 1), number(phase.storeRanges, 0),
      String(phase.freshnessWait["p99.9SecondsAtMost"] ?? "–"),
      number(phase.listsAsServed.percentWithinSeconds?.["0.005"], 2)]));
  const plots = add(root, "div", undefined, "plots");
  ["LIST own pods", "LIST by label", "PATCH pod"].forEach(kind => {
    const curves = run.phases.filter(phase => request(phase, kind))
      .map(phase => ({ label: short(phase), points: request(phase, kind).percentiles }));
    if (curves.length) latencyPlot(plots, kind, curves);
  });
  barPlot(plots, "CPU of API server", "cores", run.phases.map(short), run.phases.map(phase => phase.apiServerCores));
  if (run.phases[0].storeCores !== undefined) {
    barPlot(plots, "CPU of store", "cores", run.phases.map(short), run.phases.map(phase => phase.storeCores));
  }
});
