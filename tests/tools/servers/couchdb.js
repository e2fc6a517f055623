// A server that speaks CouchDB's protocol and keeps everything in memory: node couch.js PORT
const express = require("express");
const PouchDB = require("pouchdb-core")
  .plugin(require("pouchdb-adapter-memory"))
  .plugin(require("pouchdb-adapter-http"))
  .plugin(require("pouchdb-replication"))
  .plugin(require("pouchdb-mapreduce"))
  .defaults({ adapter: "memory" });
const couch = require("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB", inMemoryConfig: true });

express().use("/", couch).listen(Number(process.argv[2]), "127.0.0.1");
