// Validates YAML files against a JSON Schema as editors do, and prints what it finds as JSON.
//
//   node validate.js SCHEMA FILE...    ->    {"FILE": [{"line": 3, "column": 5, "message": "..."}, ...], ...}
//
// Modules are those of the folder that NODE_PATH names; lines and columns count from 1.

const fs = require("fs");
const { TextDocument } = require("vscode-languageserver-textdocument");
const { getLanguageService } = require("yaml-language-server");

const [schemaFile, ...files] = process.argv.slice(2);
const SCHEMA = "file:///mapproxy.schema.json";

const service = getLanguageService({
  schemaRequestService: async (uri) => {
    throw new Error(`no schema but the given one is read: ${uri}`);
  },
  workspaceContext: { resolveRelativePath: (path) => path },
  telemetry: { send() {}, sendError() {}, sendTrack() {} },
});
service.configure({
  validate: true,
  customTags: [],
  yamlVersion: "1.1",
  schemas: [{ uri: SCHEMA, fileMatch: ["*"], schema: JSON.parse(fs.readFileSync(schemaFile, "utf8")) }],
});

async function diagnostics(file) {
  const document = TextDocument.create(`file://${file}`, "yaml", 1, fs.readFileSync(file, "utf8"));
  const found = await service.doValidation(document, false);
  return found.map(({ range, message }) => ({
    line: range.start.line + 1,
    column: range.start.character + 1,
    message,
  }));
}

async function main() {
  const result = {};
  for (const file of files) {
    result[file] = await diagnostics(file);
  }
  process.stdout.write(JSON.stringify(result));
}

main();
