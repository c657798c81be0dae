// Drives a headless Chromium over its debugging pipe: opens a page, evaluates in it, types, takes pictures of it.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const kPatience = 180_000; // milliseconds: a loaded machine is slow

// Waits for what `check` returns to be true.
export async function until(check, what) {
  for (const end = Date.now() + kPatience; Date.now() < end; ) {
    const value = await check();
    if (value) return value;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for: ${what}`);
}

export class Browser {
  // `options`: further words of Chromium's command line.
  static async open(page, options = []) {
    const browser = new Browser();
    browser.profile = mkdtempSync(join(tmpdir(), 'featherface-'));
    browser.process = spawn('chromium', [
      '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--remote-debugging-pipe', `--user-data-dir=${browser.profile}`,
      ...options,
    ], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    browser.waiting = new Map();
    browser.events = [];
    browser.asked = 0;
    let rest = '';
    browser.process.stdio[4].on('data', bytes => {
      const messages = (rest + bytes).split('\0');
      rest = messages.pop();
      for (const text of messages) browser.#take(JSON.parse(text));
    });
    const {targetInfos} = await until(async () => {
      const found = await browser.#send('Target.getTargets');
      return found.targetInfos.some(info => info.type === 'page') && found;
    }, 'a tab');
    const target = targetInfos.find(info => info.type === 'page');
    browser.session = (await browser.#send('Target.attachToTarget', {targetId: target.targetId, flatten: true})).sessionId;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await browser.send(`${domain}.enable`);
    await browser.until(`document.readyState === 'complete'`); // of the empty tab: what it loads is not the page's
    browser.events = [];
    await browser.send('Page.navigate', {url: page});
    await browser.until(`location.href === '${page}' && document.readyState === 'complete'`);
    return browser;
  }

  #take(message) {
    if (!message.id) return void this.events.push(message);
    const {resolve, reject} = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }

  #send(method, params = {}, sessionId) {
    const id = ++this.asked;
    this.process.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}));
  }

  send(method, params) {
    return this.#send(method, params, this.session);
  }

  // The value of an expression in the page, awaited.
  async evaluate(expression) {
    const {result, exceptionDetails} = await this.send('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // Waits for an expression in the page to be true.
  until(expression) {
    return until(() => this.evaluate(expression), expression);
  }

  async press(key) {
    await this.send('Input.dispatchKeyEvent', {type: 'keyDown', key, text: key.length === 1 ? key : undefined});
    await this.send('Input.dispatchKeyEvent', {type: 'keyUp', key});
  }

  // Gives files to the page's <input type=file>, as its dialogue would.
  async chooseFiles(selector, files) {
    const {root} = await this.send('DOM.getDocument');
    const {nodeId} = await this.send('DOM.querySelector', {nodeId: root.nodeId, selector});
    await this.send('DOM.setFileInputFiles', {nodeId, files});
  }

  // Drops files onto the middle of the window.
  async drop(files) {
    const [x, y] = await this.evaluate('[innerWidth / 2, innerHeight / 2]');
    const data = {items: [], files, dragOperationsMask: 1};
    for (const type of ['dragEnter', 'dragOver', 'drop']) await this.send('Input.dispatchDragEvent', {type, x, y, data});
  }

  async screenshot() {
    return Buffer.from((await this.send('Page.captureScreenshot', {format: 'png'})).data, 'base64');
  }

  async close() {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    await this.#send('Browser.close').catch(() => {});
    await ended;
    rmSync(this.profile, {recursive: true, force: true, maxRetries: 5});
  }
}
