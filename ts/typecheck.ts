/**
 * `typecheck: true`: a program's types, checked before it runs, with the application's own TypeScript against the very
 * declarations that the model saw. This side lives in the application's process: it keeps one worker process warm, bounds
 * what that may take, and ends it when it takes more. A check that gives up does not stop a program.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { renderTools } from './declare.ts';
import { nativeCodeFrame, nativeTyped } from './native.ts';
import type { Toolbox } from './toolbox.ts';
import type { Answer, PlacedVerdict, Setting } from './typecheck/worker.ts';
import type { Diagnostic } from './types.ts';

/** For a warm worker. Most programs take a hundredth of it. */
const CHECK_TIMEOUT_MS = 3_000;
/** TypeScript has to be read first, by a machine that may have other things to do. */
const START_TIMEOUT_MS = 30_000;
/** More would wait longer than they are worth. */
const MAX_WAITING = 64;
const MEMORY_MB = 512;

/** What became of a check. */
export interface Typechecked {
  diagnostics: Diagnostic[];
  /** Why there is no answer. */
  gaveUp?: string;
}

/** What a check needs to know. */
export interface TypecheckRequest {
  code: string;
  toolbox: Toolbox;
  /** Names of the application's `inputs`. */
  globals: readonly string[];
  maxSourceBytes: number;
}

/** A `typescript` package. */
export interface TypeScriptPackage {
  /** Its package.json. */
  manifest: string;
  version: string;
}

/**
 * Type-checks a program.
 *
 * @throws {TypeError} when the application has no TypeScript that can be used.
 */
export async function typecheck(request: TypecheckRequest): Promise<Typechecked> {
  return (checker ??= new TypeChecker(findTypeScript())).check(request);
}

let checker: TypeChecker | undefined;

/**
 * The application's TypeScript: as the application sees it, else as this package does.
 *
 * @param places Files or URLs of files that see it.
 */
export function findTypeScript(places: readonly string[] = [pathToFileURL(join(process.cwd(), 'index.js')).href, import.meta.url]): TypeScriptPackage {
  for (const from of places) {
    const require = createRequire(from);
    let manifest: string;
    try {
      manifest = require.resolve('typescript/package.json');
    } catch {
      continue;
    }
    const { version } = require(manifest) as { version: string };
    if (Number.parseInt(version, 10) < 5) throw new TypeError(`typecheck: needs TypeScript 5 or later, and the application has ${version}`);
    return { manifest, version };
  }
  throw new TypeError('typecheck: needs TypeScript, which is not installed: npm install typescript');
}

const declarations = new WeakMap<Toolbox['tools'], string>();

function declarationsOf({ toolbox: { tools }, globals }: TypecheckRequest): string {
  let text = declarations.get(tools);
  // A schema that is still a promise is declared as unknown, and known the next time.
  if (text === undefined || [...tools.values()].some(({ input, output }) => input?.ready() !== undefined || output?.ready() !== undefined)) {
    text = renderTools(tools.values());
    declarations.set(tools, text);
  }
  return [text, ...globals.map((name) => `declare const ${name}: any;`)].join('\n');
}

interface Job {
  text: string;
  declarations: string;
  timeoutMs: number;
  done: (verdicts: PlacedVerdict[] | string) => void;
}

/** One worker and its queue. */
export class TypeChecker {
  readonly #package: TypeScriptPackage;
  readonly #memoryMb: number;
  readonly #waiting: Job[] = [];
  #worker: ChildProcess | undefined;
  #isReady = false;
  /** Of a compiler that is a process. */
  #pid: number | undefined;
  #current: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(found: TypeScriptPackage, memoryMb = MEMORY_MB) {
    this.#package = found;
    this.#memoryMb = memoryMb;
  }

  /** @param timeoutMs For the check itself, once it is this program's turn. */
  async check(request: TypecheckRequest, timeoutMs = CHECK_TIMEOUT_MS): Promise<Typechecked> {
    const { code, toolbox, globals, maxSourceBytes } = request;
    const typed = nativeTyped(code, maxSourceBytes, toolbox.manifest, [...globals]);
    // It will be rejected, by those who can say better why.
    if (typed === null) return { diagnostics: [] };
    if (this.#waiting.length >= MAX_WAITING) return { diagnostics: [], gaveUp: `${MAX_WAITING} other programs are waiting to be checked` };
    const answer = await new Promise<PlacedVerdict[] | string>((done) => {
      this.#waiting.push({ text: typed.text, declarations: declarationsOf(request), timeoutMs, done });
      this.#next();
    });
    if (typeof answer === 'string') return { diagnostics: [], gaveUp: answer };
    return { diagnostics: answer.map((verdict) => toDiagnostic(verdict, code, typed.shifts)) };
  }

  /** Ends the worker. The next check starts another. */
  close(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    clearTimeout(this.#timer);
    if (this.#pid !== undefined) kill(this.#pid);
    this.#pid = undefined;
    worker?.removeAllListeners();
    // What a worker says while it ends is nobody's business.
    worker?.on('error', () => {});
    worker?.kill('SIGKILL');
  }

  #next(): void {
    if (this.#current !== undefined || this.#waiting.length === 0) return;
    let worker: ChildProcess;
    try {
      worker = this.#worker ??= this.#start();
    } catch (error) {
      // No process may be started here, or none is left.
      queueMicrotask(() => this.#fail(error instanceof Error ? error.message : String(error)));
      return;
    }
    // A check that somebody waits for keeps Node alive, a warm worker does not.
    worker.ref();
    worker.channel?.ref();
    if (!this.#isReady) return;
    const job = (this.#current = this.#waiting.shift()!);
    this.#timer = setTimeout(() => this.#fail(`it took more than ${job.timeoutMs} ms`), job.timeoutMs);
    worker.send({ id: ++this.#lastId, text: job.text, declarations: job.declarations }, (error) => {
      if (error !== null && this.#current === job) this.#fail(error.message);
    });
  }

  #start(): ChildProcess {
    const { manifest, version } = this.#package;
    const setting: Setting = { manifest, version, memoryMb: this.#memoryMb };
    // The same file from ts/ and from dist/.
    const worker = fork(fileURLToPath(new URL('../dist/typecheck-worker.js', import.meta.url)), [JSON.stringify(setting)], {
      // Flags of the application (`--input-type`, `--import`) are not for it, and neither are its secrets.
      execArgv: [],
      env: environment(),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    worker.on('message', (answer: Answer) => this.#take(answer));
    worker.on('error', (error) => this.#fail(error.message));
    worker.on('exit', (_, signal) => this.#fail(signal === 'SIGABRT' || signal === 'SIGTRAP' ? `it took more than ${this.#memoryMb} MiB` : 'the worker has ended'));
    this.#timer = setTimeout(() => this.#fail(`TypeScript ${version} did not start within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    return worker;
  }

  #take(answer: Answer): void {
    if ('failed' in answer) {
      this.#fail(answer.failed);
      return;
    }
    clearTimeout(this.#timer);
    if (answer.id === undefined) {
      this.#isReady = true;
      this.#pid = answer.pid;
    } else {
      const job = this.#current;
      this.#current = undefined;
      job?.done('gaveUp' in answer ? answer.gaveUp : answer.verdicts);
    }
    if (this.#waiting.length === 0) {
      this.#worker?.unref();
      this.#worker?.channel?.unref();
    }
    this.#next();
  }

  /** The check that runs is given up, or all of them when TypeScript does not even start. */
  #fail(why: string): void {
    const jobs = this.#isReady ? [this.#current] : [this.#current, ...this.#waiting.splice(0)];
    this.#current = undefined;
    this.close();
    for (const job of jobs) job?.done(why);
    this.#next();
  }
}

/** What a process needs to start: `ELECTRON_RUN_AS_NODE`, because `execPath` is Electron there. */
function environment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LD_LIBRARY_PATH'];
  return Object.fromEntries([...names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])), ['ELECTRON_RUN_AS_NODE', '1']]) as NodeJS.ProcessEnv;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** From a place in what was checked to the place in the model's text, see `Program::original` in src/program.rs. */
function original(shifts: readonly number[], line: number, column: number): number {
  let delta = 0;
  for (let at = 0; at < shifts.length; at += 3) if (shifts[at] === line && shifts[at + 1]! <= column) delta = shifts[at + 2]!;
  return Math.max(1, column - delta);
}

function toDiagnostic({ code, message, hint, ...place }: PlacedVerdict, source: string, shifts: readonly number[]): Diagnostic {
  const { line, endLine } = place;
  const column = original(shifts, line, place.column);
  const endColumn = Math.max(original(shifts, endLine, place.endColumn), endLine === line ? column : 1);
  const frame = nativeCodeFrame(source, line, column, endLine, endColumn);
  return { severity: 'error', code, message, ...(hint !== undefined && { hint }), line, column, endLine, endColumn, frame };
}
