// Puts the page together, one file that needs no other: node assemble.mjs SIMD.wasm PLAIN.wasm MODEL OUT.html
//
// Wasm modules and model lie in it as base64 of gzip: of the module without SIMD what is not in the one with it, the
// model's even and odd bytes apart. The content security policy lets run the one script that is in the page, by its hash,
// and the worker that the script makes; nothing can be fetched or sent.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {constants, gzipSync} from 'node:zlib';

const out = process.argv.pop();
const [simd, plain, model] = process.argv.slice(2).map(path => readFileSync(path));
const source = name => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
const packed = (bytes, options) => gzipSync(bytes, {level: 9, ...options}).toString('base64');
// In weights nothing repeats that is worth a reference, and codes are best made anew more often.
const kWeights = {memLevel: 7, strategy: constants.Z_FILTERED};
// The even bytes, then the odd: of 16-bit weights those halves that repeat and those that hardly do.
const planes = bytes => Buffer.concat([0, 1].map(odd => bytes.filter((_, i) => i % 2 === odd)));

// `bytes` as runs that lie in `base` but for a few bytes, and runs that do not: how many there are, the length of each and
// where it begins in the base (-1: not in it), as 32-bit numbers; then the bytes less those of the base, which are mostly
// zeros. Addresses of what has moved differ within a run, all by the same.
function difference(bytes, base) {
  const kLeast = 16, kGiveUp = 24, kMiss = 3; // a run ends 8 bytes after the last that it shares
  const begin = (of, at) => of.toString('latin1', at, at + kLeast);
  const places = new Map();
  for (let at = base.length - kLeast; at >= 0; --at) places.set(begin(base, at), at);
  const runs = [], rest = Buffer.from(bytes);
  let end = 0; // of the last run that lies in the base
  for (let at = 0; at + kLeast <= bytes.length; ++at) {
    const from = places.get(begin(bytes, at));
    if (from === undefined) continue;
    let length = 0;
    for (let n = 0, score = 0, best = 0; at + n < bytes.length && from + n < base.length && score > best - kGiveUp;) {
      score += bytes[at + n] === base[from + n] ? 1 : -kMiss;
      ++n;
      if (score >= best) [best, length] = [score, n];
    }
    for (let n = 0; n < length; ++n) rest[at + n] -= base[from + n];
    runs.push([at - end, -1], [length, from]);
    end = at + length;
    at = end - 1;
  }
  runs.push([bytes.length - end, -1]);
  return Buffer.concat([Buffer.from(Int32Array.of(runs.length, ...runs.flat()).buffer), rest]);
}

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

const parts = {policy, style, script, worker: source('worker.js'), simd: packed(simd),
               plain: packed(difference(plain, simd)), model: packed(planes(model), kWeights)};
const page = source('page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(out, page);
console.log(`${out}: ${page.length} bytes, ${gzipSync(page, {level: 9}).length} gzipped`);
