// The engine in a thread of the page's own: takes pictures as RGBA, answers with faces. It reads what the page holds,
// and asks for nothing else.
//
// In:  {id, width, height, pixels (ArrayBuffer), maxSide, score, turns}, after a first
//      {start: {simd, plain, model, withoutSimd}}, base64 of gzip each, of the model its even bytes and then its odd ones;
//      `plain` is how that module differs from the other (assemble.mjs), `withoutSimd` asks for it.
// Out: {ready: 'simd' or 'plain', ms}, {id, faces, ms}, {id, error} or {failed}.
'use strict';

// What a WASI program may ask of its system: the time, an empty environment, and a standard error that nobody reads.
function system(memory) {
  const put = (at, value) => new DataView(memory().buffer).setUint32(at, value, true);
  const kBadDescriptor = 8;
  return {
    clock_time_get(clock, precision, at) {
      new DataView(memory().buffer).setBigUint64(at, BigInt(Math.round(performance.now() * 1e6)), true);
      return 0;
    },
    environ_sizes_get(count, bytes) {
      put(count, 0);
      put(bytes, 0);
      return 0;
    },
    environ_get: () => 0,
    fd_close: () => kBadDescriptor,
    fd_seek: () => kBadDescriptor,
    fd_write: () => kBadDescriptor,
    proc_exit(code) {
      throw new Error(`the engine ended with ${code}`);
    },
  };
}

const unpack = async base64 => {
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
};

function join(planes) {
  const bytes = new Uint8Array(planes), even = (bytes.length + 1) >> 1;
  return bytes.map((_, i) => bytes[i % 2 ? even + (i >> 1) : i >> 1]).buffer;
}

function rebuild(difference, base) {
  const [count] = new Int32Array(difference, 0, 1);
  const runs = new Int32Array(difference, 4, 2 * count), bytes = new Uint8Array(difference, 4 + runs.byteLength);
  for (let run = 0, at = 0; run < runs.length; at += runs[run], run += 2) {
    const from = runs[run + 1];
    for (let n = 0; from >= 0 && n < runs[run]; ++n) bytes[at + n] += base[from + n];
  }
  return bytes;
}

let module, model, engine;

function text(at) {
  const bytes = new Uint8Array(engine.memory.buffer, at);
  return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
}

function give(buffer) {
  const at = engine.room(buffer.byteLength);
  new Uint8Array(engine.memory.buffer, at, buffer.byteLength).set(new Uint8Array(buffer));
}

async function begin() {
  const instance = await WebAssembly.instantiate(module, {
    env: {emscripten_notify_memory_growth() {}},
    wasi_snapshot_preview1: system(() => engine.memory),
  });
  engine = instance.exports;
  engine._initialize();
  give(model);
  if (!engine.load(model.byteLength)) throw new Error(text(engine.message()));
}

async function start(parts) {
  const since = performance.now();
  let kind = 'simd';
  const simd = await unpack(parts.simd);
  if (!parts.withoutSimd && WebAssembly.validate(simd)) {
    module = await WebAssembly.compile(simd);
  } else {
    kind = 'plain';
    module = await WebAssembly.compile(rebuild(await unpack(parts.plain), new Uint8Array(simd)));
  }
  model = join(await unpack(parts.model));
  await begin();
  // The first runs are slow, while the browser compiles what they use: better now than with somebody's picture.
  find({width: 320, height: 240, pixels: new ArrayBuffer(320 * 240 * 4), maxSide: 0, score: 0.5, turns: false});
  postMessage({ready: kind, ms: performance.now() - since});
}

function find({width, height, pixels, maxSide, score, turns}) {
  give(pixels);
  const since = performance.now();
  const count = engine.detect(width, height, maxSide, score, turns);
  const ms = performance.now() - since;
  if (count < 0) return {error: text(engine.message())};
  const values = new Float32Array(engine.memory.buffer, engine.faces(), count * 15).slice();
  const faces = Array.from({length: count}, (_, i) => {
    const [x1, y1, x2, y2, faceScore, ...points] = values.subarray(i * 15, i * 15 + 15);
    return {
      box: [x1, y1, x2, y2],
      score: faceScore,
      landmarks: [0, 2, 4, 6, 8].map(at => [points[at], points[at + 1]]),
    };
  });
  return {faces, ms};
}

async function answer(request) {
  try {
    return find(request);
  } catch {
    // Out of memory, which ends the instance.
    await begin();
    return {error: `A picture of ${request.width} × ${request.height} pixels needs more memory than there is here.`};
  }
}

let last = Promise.resolve();
onmessage = ({data}) => {
  last = last
    .then(async () => {
      if (data.start) await start(data.start);
      else postMessage({id: data.id, ...(await answer(data))});
    })
    .catch(error => postMessage({failed: String(error.message ?? error)}));
};
