// The page: takes photos (dropped, pasted, chosen) or the camera's frames, has the worker find the faces, and shows them.
'use strict';

const $ = id => document.getElementById(id);
const kMostPixels = 1 << 24; // of a canvas: phones have no larger ones
const kLandmarks = ['left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right'];

const photo = $('photo').getContext('2d', {willReadFrequently: true});
let photos = []; // the files chosen together
let place = 0; // which of them is shown
let shown = null; // {name, width, height, canvas or null (the camera)}
let answer = null; // of the worker for what is shown: {faces, ms} or {error}
let turn = 0; // counts what is shown: older answers are dropped
let camera = null; // its MediaStream
let facing = 'user';

// ---- what is said ----

function say(text, details = '', {bad = false, busy = false} = {}) {
  if ($('status').textContent !== text) $('status').textContent = text; // once: it is read aloud
  $('status').classList.toggle('bad', bad);
  $('details').textContent = details;
  document.body.classList.toggle('busy', busy);
}

const count = (n, thing) => `${n || 'No'} ${thing}${n === 1 ? '' : 's'}`;
const duration = ms => (ms < 9.95 ? ms.toFixed(1) : ms < 9995 ? Math.round(ms).toString() : Math.round(ms / 100) / 10 + ' thousand') + ' ms';

// ---- the engine ----

const engine = new Worker(URL.createObjectURL(new Blob([$('worker').textContent], {type: 'text/javascript'})));
const waiting = new Map(); // by id: who wants the answer
let asked = 0;
let kind = null; // 'simd' or 'plain', when it is ready

const ready = new Promise((resolve, reject) => {
  engine.onerror = event => reject(new Error(event.message || 'the worker did not start'));
  engine.onmessage = ({data}) => {
    if (data.failed) reject(new Error(data.failed));
    else if (data.ready) resolve(data.ready);
    else {
      waiting.get(data.id)(data);
      waiting.delete(data.id);
    }
  };
});
engine.postMessage({
  start: {
    simd: $('simd').textContent,
    plain: $('plain').textContent,
    withoutSimd: location.hash === '#plain',
    model: $('model').textContent,
  },
});
for (const id of ['worker', 'simd', 'plain', 'model']) $(id).remove();

async function ask(context) {
  await ready;
  const {width, height} = context.canvas;
  const pixels = context.getImageData(0, 0, width, height).data.buffer;
  const id = ++asked;
  const request = {
    id, width, height, pixels,
    maxSide: Number($('side').value),
    score: Number($('score').value),
    turns: $('turns').checked,
  };
  return new Promise(resolve => {
    waiting.set(id, resolve);
    engine.postMessage(request, [pixels]);
  });
}

// ---- what is seen ----

// Fits the view into the stage.
function fit() {
  if (!shown) return;
  const narrow = matchMedia('(max-width: 760px)').matches;
  const room = {width: $('stage').clientWidth, height: narrow ? innerHeight * 0.62 : $('stage').clientHeight};
  const scale = Math.min(room.width / shown.width, room.height / shown.height);
  $('view').style.width = `${shown.width * scale}px`;
  $('view').style.height = `${shown.height * scale}px`;
  mark();
}

function element(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Draws the faces over the picture, lines and letters of one size on the screen whatever the picture's.
function mark() {
  const faces = answer?.faces ?? [];
  $('overlay').replaceChildren();
  if (!shown || !$('view').clientWidth) return;
  const {width, height} = shown;
  $('overlay').setAttribute('viewBox', `0 0 ${width} ${height}`);
  const px = width / $('view').clientWidth;
  const mirrored = $('view').classList.contains('mirrored');
  const points = $('points').checked;
  $('overlay').append(...faces.map(({box: [x1, y1, x2, y2], score, landmarks}, i) => {
    if (mirrored) [x1, x2] = [width - x2, width - x1];
    const group = element('g', {class: 'face'});
    group.dataset.face = i;
    const box = {x: x1, y: y1, width: x2 - x1, height: y2 - y1, rx: 4 * px};
    group.append(element('rect', {...box, class: 'under'}), element('rect', box));
    const small = (x2 - x1) / px < 28; // on the screen: no room for more
    if (points && !small) {
      for (const [x, y] of landmarks) {
        group.append(element('circle', {cx: mirrored ? width - x : x, cy: y, r: 3 * px}));
      }
    }
    if (!small) {
      const high = 19 * px, wide = 36 * px;
      const y = y1 - high - 3 * px < 0 ? y1 + 3 * px : y1 - high - 3 * px;
      group.append(
        element('rect', {x: x1, y, width: wide, height: high, rx: 5 * px, class: 'tag'}),
        element('text', {x: x1 + wide / 2, y: y + high * 0.73, 'text-anchor': 'middle', 'font-size': 13 * px}, score.toFixed(2)),
      );
      group.lastChild.style.fontSize = `${13 * px}px`;
    }
    return group;
  }));
}

function choose(index) {
  for (const made of document.querySelectorAll('[data-face]')) {
    made.classList.toggle('chosen', index !== null && Number(made.dataset.face) === index);
  }
}

// The faces one by one, cut out of the picture.
function list() {
  $('faces').replaceChildren(...(camera ? [] : answer?.faces ?? []).map(({box: [x1, y1, x2, y2], score}, i) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.face = i;
    button.setAttribute('aria-label', `Face ${i + 1}, score ${score.toFixed(2)}`);
    const cut = document.createElement('canvas');
    const side = Math.max(x2 - x1, y2 - y1) * 1.3;
    cut.width = cut.height = 144;
    const context = cut.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(photo.canvas, (x1 + x2 - side) / 2, (y1 + y2 - side) / 2, side, side, 0, 0, 144, 144);
    button.append(cut, score.toFixed(2));
    button.onfocus = button.onpointerenter = () => choose(i);
    button.onblur = button.onpointerleave = () => choose(null);
    const item = document.createElement('li');
    item.append(button);
    return item;
  }));
}

function report() {
  if (answer.error) return say('This did not work.', answer.error, {bad: true});
  const faces = answer.faces.length;
  const how = `${duration(answer.ms)} · ${shown.width} × ${shown.height} pixels${kind === 'plain' ? ' · without SIMD' : ''}`;
  say(faces ? count(faces, 'face') : 'No face found',
      faces ? how : `${how}. A lower least score, a closer look or turned faces may find one: see Options.`);
  photo.canvas.setAttribute('aria-label', `${shown.name}: ${count(faces, 'face')}`);
}

// What the controls offer now.
function offer() {
  $('welcome').hidden = Boolean(shown);
  $('view').hidden = !shown;
  $('stage').classList.toggle('filled', Boolean(shown));
  $('actions').hidden = !shown;
  $('several').hidden = photos.length < 2 || Boolean(camera);
  $('place').textContent = `${place + 1} of ${photos.length}: ${photos[place]?.name ?? ''}`;
  $('keep').hidden = !shown || Boolean(camera) || !answer?.faces;
  $('photo').hidden = Boolean(camera);
  $('video').hidden = !camera;
  document.querySelector('[data-do="stop"]').hidden = !camera;
  for (const button of document.querySelectorAll('[data-do="camera"]')) {
    button.textContent = camera ? 'Take the picture' : 'Use the camera';
    button.classList.toggle('primary', Boolean(camera));
  }
  document.querySelector('#actions [data-do="open"]').hidden = Boolean(camera);
}

// ---- photos ----

async function find() {
  const now = turn;
  document.body.classList.add('busy');
  const found = await ask(photo);
  if (now !== turn) return;
  answer = found;
  report();
  mark();
  list();
  offer();
}

async function decode(file) {
  // The samples as they are stored: what the program sees.
  return createImageBitmap(file, {colorSpaceConversion: 'none'}).catch(() => createImageBitmap(file));
}

async function show(index) {
  stopCamera();
  const now = ++turn;
  place = index;
  const file = photos[place];
  say('Reading …', file.name, {busy: true});
  let bitmap;
  try {
    bitmap = await decode(file);
  } catch {
    if (now !== turn) return;
    clear();
    say('No picture that this browser can read.', `“${file.name}”. JPEG, PNG and WebP always work.`, {bad: true});
    return;
  }
  if (now !== turn) return;
  const scale = Math.min(1, Math.sqrt(kMostPixels / (bitmap.width * bitmap.height)));
  put(bitmap, Math.max(1, Math.floor(bitmap.width * scale)), Math.max(1, Math.floor(bitmap.height * scale)), file.name);
  bitmap.close();
  say('Looking …', `${shown.width} × ${shown.height} pixels`, {busy: true});
  await find();
}

// Puts a picture into the view, without faces yet.
function put(image, width, height, name) {
  photo.canvas.width = width;
  photo.canvas.height = height;
  photo.drawImage(image, 0, 0, width, height);
  photo.canvas.setAttribute('aria-label', name);
  shown = {name, width, height};
  answer = null;
  $('view').classList.remove('mirrored');
  offer();
  list();
  fit();
}

function open(files) {
  const pictures = [...files].filter(file => !file.type || file.type.startsWith('image/'));
  if (!pictures.length) {
    say('That is no picture.', files.length ? `“${files[0].name}” is of another kind.` : 'Drop or paste a picture file.', {bad: true});
    return;
  }
  photos = pictures;
  show(0);
}

function step(by) {
  if (camera || photos.length < 2) return;
  show((place + by + photos.length) % photos.length);
}

function clear() {
  stopCamera();
  ++turn;
  shown = answer = null;
  photos = [];
  mark();
  list();
  offer();
  say('Ready', 'No picture yet.');
}

// ---- the camera ----

const frame = document.createElement('canvas').getContext('2d', {willReadFrequently: true});

function stopCamera() {
  for (const track of camera?.getTracks() ?? []) track.stop();
  camera = null;
  $('video').srcObject = null;
  document.querySelector('[data-do="flip"]').hidden = true;
}

const kCameraErrors = {
  NotAllowedError: 'It was not allowed. The sign in the address bar lets you allow it.',
  NotFoundError: 'There is none.',
  NotReadableError: 'Another program has it.',
};

async function startCamera() {
  stopCamera();
  const now = ++turn;
  say('Asking for the camera …', '', {busy: true});
  let stream;
  try {
    if (!navigator.mediaDevices) throw new Error('The browser gives it to pages from https and from this computer only.');
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {facingMode: facing, width: {ideal: 640}, height: {ideal: 480}},
    });
  } catch (error) {
    if (now === turn) {
      if (!answer) clear();
      say('No camera.', kCameraErrors[error.name] ?? error.message, {bad: true});
    }
    return;
  }
  const video = $('video');
  if (now !== turn) {
    for (const track of stream.getTracks()) track.stop();
    return;
  }
  camera = stream;
  stream.getVideoTracks()[0].onended = () => camera === stream && clear();
  video.srcObject = stream;
  await video.play().catch(() => {});
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(device => device.kind === 'videoinput');
  if (now !== turn) return;
  document.querySelector('[data-do="flip"]').hidden = cameras.length < 2;
  answer = null;
  await watch(now);
}

const nextFrame = () => new Promise(resolve => {
  const video = $('video');
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
  else requestAnimationFrame(resolve);
});

// Takes the newest frame whenever the engine is free.
async function watch(now) {
  const video = $('video');
  let before = 0, rate = 0;
  while (true) {
    await nextFrame();
    if (now !== turn) return;
    const {videoWidth: width, videoHeight: height} = video;
    if (!width) continue;
    if (shown?.width !== width || shown?.height !== height || !shown.live) {
      frame.canvas.width = width;
      frame.canvas.height = height;
      shown = {name: 'camera', width, height, live: true};
      $('view').classList.toggle('mirrored', facesUser());
      offer();
      list();
      fit();
    }
    frame.drawImage(video, 0, 0, width, height);
    const found = await ask(frame);
    if (now !== turn) return;
    answer = found;
    mark();
    const time = performance.now();
    if (before) rate = rate ? rate * 0.9 + 100 / (time - before) : 1000 / (time - before);
    before = time;
    if (answer.error) say('This did not work.', answer.error, {bad: true});
    else say(answer.faces.length ? count(answer.faces.length, 'face') : 'No face found',
             `${duration(answer.ms)} · ${rate ? rate.toFixed(0) : '–'} per second · ${width} × ${height} pixels`);
  }
}

// Whether people see themselves: as in a mirror then. (Webcams do not say.)
const facesUser = () => (camera.getVideoTracks()[0].getSettings().facingMode ?? 'user') === 'user';

// The last frame becomes a photo.
async function takePicture() {
  if (!shown?.live) return;
  ++turn;
  const {width, height} = shown;
  stopCamera();
  photos = [];
  put(frame.canvas, width, height, 'camera.png');
  await find();
}

// ---- results to keep ----

const stem = () => shown.name.replace(/\.[^.]*$/, '');

function save() {
  if (camera || !answer?.faces) return;
  const {width, height} = shown;
  const drawn = document.createElement('canvas').getContext('2d');
  drawn.canvas.width = width;
  drawn.canvas.height = height;
  drawn.drawImage(photo.canvas, 0, 0);
  const px = Math.max(1, Math.max(width, height) / 900);
  for (const {box: [x1, y1, x2, y2], landmarks} of answer.faces) {
    drawn.lineWidth = 5 * px;
    drawn.strokeStyle = '#00000080';
    drawn.strokeRect(x1, y1, x2 - x1, y2 - y1);
    drawn.lineWidth = 2.5 * px;
    drawn.strokeStyle = drawn.fillStyle = '#33e39b';
    drawn.strokeRect(x1, y1, x2 - x1, y2 - y1);
    if ($('points').checked) {
      for (const [x, y] of landmarks) {
        drawn.beginPath();
        drawn.arc(x, y, 2.5 * px, 0, 7);
        drawn.fill();
      }
    }
  }
  const name = `${stem()}-faces.png`;
  drawn.canvas.toBlob(blob => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });
}

// The shortest number that is the same float32.
function short(value) {
  for (let digits = 6; digits < 9; ++digits) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return Number(value.toPrecision(9));
}

// As the program's --format jsonl has it.
function json() {
  return JSON.stringify({
    file: shown.name,
    width: shown.width,
    height: shown.height,
    faces: answer.faces.map(({box, score, landmarks}) => ({
      box: box.map(short),
      score: short(score),
      landmarks: Object.fromEntries(kLandmarks.map((name, i) => [name, landmarks[i].map(short)])),
    })),
  });
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(json());
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'The browser did not let it';
  }
  setTimeout(() => (button.textContent = 'Copy as JSON'), 1600);
}

// ---- hands ----

const actions = {
  open: () => $('file').click(),
  camera: () => (camera ? takePicture() : startCamera()),
  stop: () => clear(),
  flip: () => {
    facing = facing === 'user' ? 'environment' : 'user';
    startCamera();
  },
  previous: () => step(-1),
  next: () => step(1),
  save,
  copy,
};

document.addEventListener('click', event => {
  const button = event.target.closest('[data-do]');
  if (button) actions[button.dataset.do](button);
});
$('file').onchange = event => {
  if (event.target.files.length) open(event.target.files);
  event.target.value = ''; // the same file again is a change, too
};

const kKeys = {o: 'open', c: 'camera', s: 'save', ArrowLeft: 'previous', ArrowRight: 'next'};
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select')) return;
  if (event.key === 'Escape') return clear();
  if (event.key === ' ' && camera && !event.target.closest('button, summary')) {
    event.preventDefault();
    return void takePicture();
  }
  const action = kKeys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action) actions[action]();
});

let dragged = 0; // elements entered and not left
addEventListener('dragenter', event => {
  event.preventDefault();
  ++dragged;
  document.body.classList.add('dropping');
});
addEventListener('dragleave', () => {
  if (--dragged <= 0) document.body.classList.remove('dropping');
});
addEventListener('dragover', event => event.preventDefault());
addEventListener('drop', event => {
  event.preventDefault();
  dragged = 0;
  document.body.classList.remove('dropping');
  open(event.dataTransfer.files);
});
addEventListener('paste', event => {
  open(event.clipboardData.files);
});

$('overlay').addEventListener('pointerover', event => {
  const face = event.target.closest('.face');
  choose(face ? Number(face.dataset.face) : null);
});
$('overlay').addEventListener('pointerleave', () => choose(null));

for (const id of ['score', 'side', 'turns']) {
  $(id).oninput = () => {
    $('least').textContent = Number($('score').value).toFixed(2);
    if (shown && !camera) {
      ++turn;
      find();
    }
  };
}
$('points').oninput = mark;
new ResizeObserver(fit).observe($('stage'));
addEventListener('resize', fit);

ready.then(
  started => {
    kind = started;
    if (!shown) say('Ready', 'No picture yet.');
  },
  error => say('This browser cannot run it.', `${error.message}. Browsers from 2023 on can.`, {bad: true}),
);
