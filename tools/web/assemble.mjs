// Puts the page together, one file that needs no other: node assemble.mjs SIMD.wasm PLAIN.wasm MODEL OUT.html
//
// Wasm modules and model lie in it as base64 of gzip, the model's even and odd bytes apart. The content security policy
// lets run the one script that is in the page, by its hash, and the worker that the script makes; nothing can be fetched
// or sent.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const [simd, plain, model, out] = process.argv.slice(2);
const source = name => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
const packed = bytes => gzipSync(bytes, {level: 9}).toString('base64');
// The even bytes, then the odd: of 16-bit weights those halves that repeat and those that hardly do.
const planes = bytes => Buffer.concat([0, 1].map(odd => bytes.filter((_, i) => i % 2 === odd)));
const hash = text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const style = source('page.css');
const script = source('page.js');
const policy = [
  `default-src 'none'`,
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  `worker-src blob:`,
  `img-src blob: data:`,
  `media-src blob: mediastream:`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ');

const parts = {policy, style, script, worker: source('worker.js'), simd: packed(readFileSync(simd)),
               plain: packed(readFileSync(plain)), model: packed(planes(readFileSync(model)))};
const page = source('page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(out, page);
console.log(`${out}: ${page.length} bytes, ${gzipSync(page, {level: 9}).length} gzipped`);
