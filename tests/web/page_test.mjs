// The page in a browser: what it finds is what the program finds, for a photo, a large one and the camera, with SIMD and
// without; it says so when it finds nothing; nothing leaves it; hands, keys and readers of the screen can use it. And it
// is small.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {gzipSync} from 'node:zlib';
import {Browser, until} from './browser.mjs';

const {FEATHERFACE_PAGE: page, FEATHERFACE_PROGRAM: program, FEATHERFACE_PICTURE: picture} = process.env; // absolute
const missing = [
  spawnSync('chromium', ['--version']).error && 'chromium',
  !existsSync(program) && `${program} (tools/test.sh builds it)`,
  !existsSync(picture) && `${picture} (tools/run.sh fetches it)`,
].filter(Boolean);
if (missing.length) {
  console.log(`SKIPPED: not there: ${missing.join(', ')}`);
  process.exit(process.env.CI ? 1 : 77);
}

const url = pathToFileURL(page).href;
const folder = mkdtempSync(join(tmpdir(), 'featherface-'));
after(() => rmSync(folder, {recursive: true}));

// Runs `body` on the opened page, and holds it against what no page may do.
async function withPage({hash = '', options = []}, body) {
  const browser = await Browser.open(url + hash, options);
  try {
    await browser.until(`kind !== null`);
    await body(browser);
    for (const {method, params} of browser.events) {
      assert.notEqual(method, 'Runtime.exceptionThrown', JSON.stringify(params));
      // (chrome: is the browser's own start page, which may still be loading when ours is opened; no page may ask for it.)
      if (method === 'Network.requestWillBeSent') assert.match(params.request.url, /^(file|blob|data|chrome):/);
    }
  } finally {
    await browser.close();
  }
}

const settled = browser => browser.until(`answer && !document.body.classList.contains('busy')`);

async function facesOf(browser, file) {
  await browser.evaluate(`clear()`);
  await browser.chooseFiles('#file', [file]);
  await settled(browser);
  return JSON.parse(await browser.evaluate(`json()`));
}

function facesOfProgram(file) {
  const line = execFileSync(program, ['detect', '--max-side', '1280', '--format', 'jsonl', file], {encoding: 'utf8'});
  return JSON.parse(line);
}

function assertSame(found, expected) {
  assert.equal(found.width, expected.width);
  assert.equal(found.height, expected.height);
  assert.equal(found.faces.length, expected.faces.length);
  const values = face => [...face.box, face.score, ...Object.values(face.landmarks).flat()];
  found.faces.forEach((face, i) => {
    values(face).forEach((value, j) => {
      const other = values(expected.faces[i])[j];
      assert.ok(Math.abs(value - other) <= 1e-3, `face ${i}, value ${j}: ${value}, the program says ${other}`);
    });
  });
}

// Writes the picture that the page draws: `draw` has a `context`, and the photo's `image`.
async function drawn(browser, name, width, height, draw) {
  const data = await browser.evaluate(`(() => {
    const canvas = document.createElement('canvas');
    canvas.width = ${width}; canvas.height = ${height};
    const context = canvas.getContext('2d'), image = photo.canvas;
    ${draw};
    return canvas.toDataURL('image/png');
  })()`);
  const file = join(folder, name);
  writeFileSync(file, Buffer.from(data.split(',')[1], 'base64'));
  return file;
}

test('the page is at most 600,000 bytes as a server sends it, 850,000 on the disk', () => {
  const bytes = readFileSync(page);
  const sent = gzipSync(bytes, {level: 9}).length;
  assert.ok(sent <= 600e3 && bytes.length <= 850e3, `${sent} and ${bytes.length} bytes`);
});

test('a photo has the faces that the program finds, with SIMD', () => withPage({}, async browser => {
  assert.equal(await browser.evaluate(`kind`), 'simd');
  const found = await facesOf(browser, picture);
  assert.equal(found.faces.length, 1);
  assertSame(found, facesOfProgram(picture));
  assert.equal(await browser.evaluate(`$('status').textContent`), '1 face');
  assert.match(await browser.evaluate(`$('details').textContent`), /^[\d.]+ ms · 512 × 512 pixels$/);
  assert.equal(await browser.evaluate(`document.querySelectorAll('#overlay .face circle').length`), 5);

  // Larger than what is looked at, with faces of three sizes.
  const large = await drawn(browser, 'large.png', 1700, 1300, `
    context.drawImage(image, 0, 0, 1200, 1200); context.drawImage(image, 1200, 0, 500, 500);
    context.drawImage(image, 1300, 700, 300, 300)`);
  const several = await facesOf(browser, large);
  assert.ok(several.faces.length >= 2, `${several.faces.length} faces`);
  assertSame(several, facesOfProgram(large));
}));

test('without SIMD the faces are the same', () => withPage({hash: '#plain'}, async browser => {
  assert.equal(await browser.evaluate(`kind`), 'plain');
  assertSame(await facesOf(browser, picture), facesOfProgram(picture));
  assert.match(await browser.evaluate(`$('details').textContent`), /without SIMD/);
}));

test('nothing found, no picture, several pictures: the page says so', () => withPage({}, async browser => {
  const grey = await drawn(browser, 'grey.png', 300, 200, `context.fillStyle = '#808080'; context.fillRect(0, 0, 300, 200)`);
  assert.equal((await facesOf(browser, grey)).faces.length, 0);
  assert.equal(await browser.evaluate(`$('status').textContent`), 'No face found');
  assert.match(await browser.evaluate(`$('details').textContent`), /Options/);

  const broken = join(folder, 'broken.png');
  writeFileSync(broken, 'no picture');
  await browser.drop([broken]);
  await browser.until(`$('status').textContent.startsWith('No picture')`);
  assert.equal(await browser.evaluate(`$('welcome').hidden`), false);
  const text = join(folder, 'letter.txt');
  writeFileSync(text, 'Dear reader');
  await browser.drop([text]);
  await browser.until(`$('status').textContent === 'That is no picture.'`);

  await browser.drop([grey, picture]);
  await settled(browser);
  assert.equal(await browser.evaluate(`$('place').textContent`), '1 of 2: grey.png');
  await browser.press('ArrowRight');
  await browser.until(`$('status').textContent === '1 face'`);
  assert.equal(await browser.evaluate(`document.querySelectorAll('#faces button').length`), 1);
  await browser.press('Escape');
  assert.equal(await browser.evaluate(`$('welcome').hidden && !$('view').hidden`), false);
}));

test('options are taken over at once, and a picture can be pasted', () => withPage({}, async browser => {
  const pasted = await browser.evaluate(`new Promise(resolve => {
    const canvas = document.createElement('canvas');
    canvas.width = 200; canvas.height = 100;
    canvas.toBlob(blob => {
      const data = new DataTransfer();
      data.items.add(new File([blob], 'pasted.png', {type: 'image/png'}));
      dispatchEvent(Object.assign(new Event('paste'), {clipboardData: data}));
      resolve(true);
    });
  })`);
  assert.ok(pasted);
  await browser.until(`shown?.name === 'pasted.png'`);
  await facesOf(browser, picture);
  const set = (id, value) => browser.evaluate(`{const input = $('${id}'); input.value = '${value}'; input.dispatchEvent(new Event('input'));}`);
  await set('score', 0.95);
  await settled(browser);
  const strict = await browser.evaluate(`answer.faces.every(face => face.score > 0.95)`);
  assert.ok(strict);
  assert.equal(await browser.evaluate(`$('least').textContent`), '0.95');
}));

test('nothing can leave the page', () => withPage({}, async browser => {
  const policy = await browser.evaluate(`document.querySelector('meta[http-equiv]').content`);
  assert.match(policy, /^default-src 'none'; /);
  assert.doesNotMatch(policy, /http|\*|connect-src|'unsafe-inline'/);
  const blocked = await browser.evaluate(`(async () => {
    const seen = [];
    addEventListener('securitypolicyviolation', event => seen.push(event.effectiveDirective));
    await fetch('http://127.0.0.1:9/').catch(() => {});
    new Image().src = 'http://127.0.0.1:9/x.png';
    navigator.sendBeacon('http://127.0.0.1:9/', 'x');
    await new Promise(resolve => setTimeout(resolve, 300));
    return seen.sort().join(' ');
  })()`);
  assert.equal(blocked, 'connect-src connect-src img-src');
  browser.events.length = 0; // this test's own tries
}));

test('every control has a name, the picture says what is in it, and focus can be seen', () => withPage({}, async browser => {
  await facesOf(browser, picture);
  const {nodes} = await browser.send('Accessibility.getFullAXTree');
  const controls = nodes.filter(node => !node.ignored && /^(button|checkbox|slider|combobox|DisclosureTriangle)$/.test(node.role.value));
  assert.ok(controls.length >= 6, `${controls.length} controls`);
  for (const control of controls) assert.ok(control.name?.value, JSON.stringify(control.role));
  const image = nodes.find(node => node.role?.value === 'image' && /astronaut/.test(node.name?.value));
  assert.equal(image.name.value, 'astronaut.png: 1 face');
  assert.equal(await browser.evaluate(`$('status').getAttribute('role')`), 'status');
}));

// Frames of the photo for a second, then grey ones for a second, over and over, as YUV4MPEG.
async function video() {
  const size = 512;
  let rgba;
  await withPage({}, async browser => {
    await facesOf(browser, picture);
    const text = await browser.evaluate(`{
      const bytes = photo.getImageData(0, 0, ${size}, ${size}).data;
      let text = '';
      for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
      btoa(text);
    }`);
    rgba = Buffer.from(text, 'base64');
  });
  const luma = Buffer.alloc(size * size), chroma = [0, 1].map(() => Buffer.alloc((size * size) / 4));
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      const [r, g, b] = rgba.subarray((y * size + x) * 4);
      luma[y * size + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (y % 2 || x % 2) continue;
      const at = (y / 2) * (size / 2) + x / 2;
      chroma[0][at] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      chroma[1][at] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  }
  const frame = planes => Buffer.concat([Buffer.from('FRAME\n'), ...planes]);
  const person = frame([luma, ...chroma]), grey = frame([luma, ...chroma].map(plane => Buffer.alloc(plane.length, 128)));
  const file = join(folder, 'camera.y4m');
  const header = Buffer.from(`YUV4MPEG2 W${size} H${size} F10:1 Ip A1:1 C420\n`);
  writeFileSync(file, Buffer.concat([header, ...Array(10).fill(person), ...Array(10).fill(grey)]));
  return file;
}

test('the camera is watched, and its picture kept', async () => {
  const file = await video();
  const options = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`];
  await withPage({options}, async browser => {
    await browser.press('c');
    await browser.until(`camera && $('status').textContent === '1 face'`);
    assert.match(await browser.evaluate(`$('details').textContent`), /^[\d.]+ ms · .* per second · \d+ × \d+ pixels$/);
    await browser.until(`camera && $('status').textContent === 'No face found'`);
    await browser.until(`camera && $('status').textContent === '1 face'`);
    await browser.press(' ');
    await until(() => browser.evaluate(`!camera && answer?.faces?.length === 1 && !$('keep').hidden`), 'the kept picture');

    // The same picture given to the program has the same faces.
    const kept = await drawn(browser, 'kept.png', await browser.evaluate(`shown.width`), await browser.evaluate(`shown.height`), `context.drawImage(image, 0, 0)`);
    assertSame(JSON.parse(await browser.evaluate(`json()`)), facesOfProgram(kept));
  });
});

test('without a camera the page says so', () => withPage({options: ['--use-fake-ui-for-media-stream']}, async browser => {
  await browser.press('c');
  await browser.until(`$('status').textContent === 'No camera.'`);
  assert.equal(await browser.evaluate(`$('welcome').hidden`), false);
}));
