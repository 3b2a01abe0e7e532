// `node peer_cql.js COHORT.jsonl ELM.json OUT`: cql-execution over a cohort; NODE_PATH says where it is installed.
// Writes a line for each patient, and prints what the run cost. Reading is not counted, and a tenth runs before it.
"use strict";
const fs = require("fs");
const path = require("path");
const cql = require("cql-execution");

// The package does not export its package.json, so its folder is found from its entry.
const entry = require.resolve("cql-execution");
const root = entry.slice(0, entry.lastIndexOf(`cql-execution${path.sep}`)) + "cql-execution";
const version = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).version;

const [cohort, elm, out] = process.argv.slice(2);
const library = new cql.Library(JSON.parse(fs.readFileSync(elm, "utf8")));
const names = Object.keys(library.expressions).filter((name) => name !== "Patient");
const patients = fs.readFileSync(cohort, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const words = new Map([[true, "1"], [false, "0"], [null, "?"], [undefined, "?"]]);
const word = (value) => words.get(value) ?? "!";

async function screened(some) {
  const results = await new cql.Executor(library).exec(new cql.PatientSource(some));
  return results.patientResults;
}

async function main() {
  await screened(patients.slice(0, Math.ceil(patients.length / 10)));
  if (global.gc) global.gc();
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  const results = await screened([...patients]);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const spent = process.cpuUsage(before);
  const lines = patients.map((one) => `${one.id}\t${names.map((name) => word(results[one.id][name])).join("")}\n`);
  fs.writeFileSync(out, lines.join(""));
  const processors = (spent.user + spent.system) / 1e6;
  console.log(JSON.stringify({ version, criteria: names, patients: patients.length, seconds, processors }));
}

main();
