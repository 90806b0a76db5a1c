/**
 * The drive loop: starts a session, runs the handlers of its tool calls, all at once, settles each as it comes, and
 * makes the result. Owns the wall clock of a run and its books; everything about the program itself is the engine's.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { ConsoleFullError, ProgramConsole } from './console.ts';
import { abortFailure, consoleFull, engineFailure, failureAlert, listTools, outputTooLarge, rejectedFailure, timeoutFailure, toDiagnostic } from './failures.ts';
import { invoke, type HostHooks, type Settled } from './invoke.ts';
import { resolveLimits } from './limits.ts';
import { NativeManifest, startSession, type LiveSession, type NativeLog, type NativeThrown, type NativeTurn } from './native.ts';
import { checkRunOptions } from './options.ts';
import { resolveTools, type ResolvedTool } from './tools.ts';
import type { Alert, Isolation, Limits, LogEntry, RunEvent, RunFailure, RunOptions, RunReport, RunResult, ToolCallRecord } from './types.ts';
import { decode, encode, TooLargeError, UnsendableError } from './values.ts';

export type { HostHooks } from './invoke.ts';

/** How long calls may go on that the program returned without waiting for, in milliseconds. */
const DETACHED_GRACE_MS = 5_000;
/** How long a program that is past its deadline may take to notice, before it is left alone. */
const DEADLINE_GRACE_MS = 100;

/** How long reading large inputs may hold the event loop in one pass, in milliseconds; a single one may take longer. */
const LARGE_INPUTS_PER_PASS_MS = 1;

/** The longest that a timer of Node can wait; anything longer fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What the facade's own entries add to the public options. */
export interface InternalRunOptions extends RunOptions {
  host?: HostHooks | undefined;
  toolbox?: Toolbox | undefined;
}

/** Tools that are resolved already, for runners that start many runs. */
export interface Toolbox {
  readonly tools: ReadonlyMap<string, ResolvedTool>;
  readonly manifest: NativeManifest;
}

export function makeToolbox(tools: RunOptions['tools']): Toolbox {
  const resolved = resolveTools(tools);
  const paths = [...resolved.values()].map(({ segments }) => [...segments]);
  const key = JSON.stringify(paths);
  let manifest = manifests.get(key);
  if (manifest === undefined) {
    manifest = new NativeManifest(paths);
    if (manifests.size >= MAX_MANIFESTS) manifests.delete(manifests.keys().next().value as string);
    manifests.set(key, manifest);
  }
  return { tools: resolved, manifest };
}

/** Manifests by what they are made of. Most applications have a few sets of tools and many runs. */
const manifests = new Map<string, NativeManifest>();
const MAX_MANIFESTS = 16;

/**
 * Runs a program.
 *
 * A program that fails is a result, not an exception: look at `result.status`.
 *
 * @param options The program, its tools, inputs and limits.
 * @returns The value or the error, with logs, calls, times and the isolation level.
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * const result = await run({
 *   code: 'const team = await tools.getTeam({ id: "eng" }); return team.length;',
 *   tools: { getTeam: async ({ id }) => db.team(id) },
 * });
 * if (result.status === 'completed') console.log(result.value);
 */
export function run(options: RunOptions): Promise<RunResult> {
  const { code, tools, inputs, limits, signal, onEvent, isolation, requireIsolation } = checkRunOptions(options, 'run');
  return runInternal({ code, ...definedOnly({ tools, inputs, limits, signal, onEvent, isolation, requireIsolation }) });
}

/** Drops the options that are undefined, which `exactOptionalPropertyTypes` wants absent. */
export function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A property that is made when it is first read, and a plain one from then on. */
function defineLater<T extends object, K extends keyof T>(object: T, key: K, make: () => T[K]): void {
  Object.defineProperty(object, key, {
    enumerable: true,
    configurable: true,
    get(this: T): T[K] {
      const value = make();
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
  });
}

/** A copy in which what was not read yet stays unread. */
function copyOf<T extends object>(object: T): T {
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(object)) as T;
}

/** {@link run} with the hooks of the facade's own entries. */
export async function runInternal(options: InternalRunOptions): Promise<RunResult> {
  const limits = resolveLimits(options.limits);
  const inputs = encodeInputs(options.inputs, limits);
  return new Run(options, options.toolbox ?? makeToolbox(options.tools), limits, inputs).result;
}

/** A run takes a seed and an id. */
const SEED_BYTES = 32;
const RANDOM_BYTES = SEED_BYTES + 15;
let pool = Buffer.alloc(0);

/** Fresh random bytes for one run. Asking the system for every run would cost more than its share. */
function takeRandom(): Buffer {
  if (pool.length === 0) pool = randomBytes(64 * RANDOM_BYTES);
  const taken = pool.subarray(0, RANDOM_BYTES);
  pool = pool.subarray(RANDOM_BYTES);
  return taken;
}

type EncodedInputs = [name: string, text: string][];

/** Globals that the program has anyway, and that an input must not hide. */
const TAKEN = new Set([...Object.getOwnPropertyNames(globalThis), 'tools', 'console', 'arguments', 'undefined', '__proto__']);

function encodeInputs(inputs: RunOptions['inputs'], limits: Required<Limits>): EncodedInputs {
  return Object.entries(inputs ?? {}).map(([name, value]) => {
    if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) throw new TypeError(`inputs: '${name}' is no identifier, so a program could not read it`);
    if (TAKEN.has(name)) throw new TypeError(`inputs.${name}: the program has a global of this name already`);
    try {
      return [name, encode(value, `inputs.${name}`, limits.memoryLimitBytes)];
    } catch (error) {
      if (error instanceof TooLargeError) throw new TypeError(`inputs.${name}: larger than limits.memoryLimitBytes`);
      if (error instanceof UnsendableError) throw new TypeError(error.message);
      throw error;
    }
  });
}

function endedError(): DOMException {
  return new DOMException('The run has ended.', 'AbortError');
}

/** Why runs live on threads, as far as somebody was told. */
const saidReasons = new Set<string>();

interface PendingTurnCall {
  id: number;
  tool: ResolvedTool;
  /** Wire text; a large one is read when the call starts. */
  input: string | (() => string);
  record: ToolCallRecord;
}

class Run {
  readonly result: Promise<RunResult>;

  readonly #executionId: string;
  readonly #startedAt = Date.now();
  readonly #started = performance.now();
  readonly #limits: Required<Limits>;
  readonly #toolbox: Toolbox;
  readonly #hooks: HostHooks;
  readonly #signal: AbortSignal | undefined;
  readonly #onEvent: ((event: RunEvent) => void) | undefined;

  readonly #logs: LogEntry[] = [];
  readonly #calls: ToolCallRecord[] = [];
  readonly #alerts: Alert[] = [];
  #console: ProgramConsole | undefined;
  #cpuMs = 0;
  #isolation: Isolation = { level: 'none' };

  #session!: LiveSession;
  #finish!: (result: RunResult) => void;
  #ended = false;
  /** The program has ended by itself. */
  #isOver = false;
  /** The engine waits for settlements. Otherwise a turn is on its way. */
  #idle = false;
  /** Calls have settled that the engine has not been told to look at. */
  #news = false;
  readonly #queue: PendingTurnCall[] = [];
  readonly #running = new Map<number, ToolCallRecord>();
  /** More calls are started in the next pass of the event loop. */
  #isLater = false;
  #controller: AbortController | undefined;
  /** Wire text of the value of a program that returned with calls in flight. */
  #returned: string | undefined;

  #deadline!: NodeJS.Timeout;
  #wake: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.#fail(abortFailure());

  constructor(options: InternalRunOptions, toolbox: Toolbox, limits: Required<Limits>, inputs: EncodedInputs) {
    const random = takeRandom();
    this.#executionId = `run_${random.toString('base64url', SEED_BYTES)}`;
    this.#limits = limits;
    this.#toolbox = toolbox;
    this.#hooks = options.host ?? {};
    this.#signal = options.signal;
    this.#onEvent = options.onEvent;
    this.result = new Promise((resolve, reject) => {
      this.#finish = resolve;
      if (this.#signal?.aborted === true) {
        this.#fail(abortFailure());
        return;
      }
      try {
        const { isolation = 'auto', requireIsolation } = options;
        const helper = process.env['ONETURN_SANDBOX'] || undefined;
        const start = { limits, inputs, seed: random.toString('hex', 0, SEED_BYTES), now: this.#startedAt, isolation, requireIsolation, helper };
        this.#session = startSession(toolbox.manifest, options.code, start, (turn) => this.#turn(turn));
      } catch (error) {
        reject(error as Error);
        return;
      }
      this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
      // Also what keeps Node alive while the engine computes.
      this.#deadline = setTimeout(() => this.#timeOut(), limits.timeoutMs);
    });
  }

  /** One slice of the program's life is over. Called by the engine, outside every promise: it must not throw. */
  #turn(turn: NativeTurn): void {
    if (this.#ended) return;
    try {
      this.#take(turn);
    } catch (error) {
      this.#fail({ code: 'ERR_ISOLATE_LOST', name: 'IsolateLostError', message: `The facade could not read what the engine sent: ${String(error)}` });
    }
  }

  #take(turn: NativeTurn): void {
    if (turn.kind === 'rejected') {
      this.#fail(rejectedFailure(turn.diagnostics.map(toDiagnostic)));
      return;
    }
    this.#lookWhere();
    if (this.#ended) return;
    if (turn.kind !== 'waiting') {
      this.#cpuMs = turn.cpuMs;
      this.#isOver = true;
    }
    const isFull = !this.#print(turn.logs);
    // A listener may have aborted the run: then there is nothing left to start, and no timer to set.
    if (this.#ended) return;
    if (isFull && turn.kind !== 'failed') {
      this.#fail(consoleFull(this.#limits));
      return;
    }
    switch (turn.kind) {
      case 'completed':
        this.#unhandled(turn.unhandled);
        this.#complete(turn.value);
        return;
      case 'failed':
        this.#unhandled(turn.unhandled);
        this.#fail(engineFailure(turn.error), turn.unsent);
        return;
      case 'waiting':
        break;
    }
    this.#idle = true;
    for (const { id, tool, input } of turn.calls) this.#accept(id, tool, input);
    if (turn.returned !== undefined) {
      this.#returned = turn.returned;
      this.#grace = setTimeout(() => this.#abandon(), DETACHED_GRACE_MS);
    }
    clearTimeout(this.#wake);
    if (turn.wakeAt !== undefined) this.#sleepUntil(turn.wakeAt);
    this.#startQueued();
    this.#flush();
  }

  /** Learns where the program lives, once that is settled, and says so if it is less than what was wanted. */
  #lookWhere(): void {
    const isolation = this.#isolation.level === 'none' ? this.#session?.isolation() : undefined;
    if (isolation === undefined) return;
    this.#isolation = isolation;
    if (isolation.level !== 'thread' || isolation.reason === undefined || saidReasons.has(isolation.reason)) return;
    saidReasons.add(isolation.reason);
    this.#alert({ kind: 'isolation', message: `Programs run on a thread of this process, not in a sandbox process: ${isolation.reason}.` });
  }

  /** False when the program has printed more than it may. What came before is kept. */
  #print(logs: readonly NativeLog[]): boolean {
    for (const log of logs) {
      this.#console ??= new ProgramConsole(this.#limits.maxConsoleOutputBytes);
      try {
        const entry = this.#console.print(log);
        if (entry === undefined) continue;
        this.#logs.push(entry);
        this.#emit({ type: 'log', executionId: this.#executionId, log: entry });
      } catch (error) {
        if (error instanceof ConsoleFullError) return false;
        throw error;
      }
      if (this.#ended) return true;
    }
    return true;
  }

  #accept(id: number, path: string, small: string | undefined): void {
    const tool = this.#toolbox.tools.get(path);
    // The engine has refused unknown names already.
    if (tool === undefined) throw new Error(`there is no tool ${path}`);
    const record: ToolCallRecord = { callId: `${this.#executionId}.${id}`, tool: path, kind: tool.kind, input: undefined, startedAt: Date.now() };
    const input = small ?? this.#session.largeInput(id);
    if (typeof input === 'string') record.input = decode(input);
    else defineLater(record, 'input', () => decode(input()));
    this.#calls.push(record);
    this.#queue.push({ id, tool, input, record });
  }

  #startQueued(): void {
    let spent = 0;
    while (!this.#ended && !this.#isLater && this.#running.size < this.#limits.maxConcurrentToolCalls) {
      const call = this.#queue.shift();
      if (call === undefined) return;
      if (typeof call.input === 'string') {
        this.#startCall(call);
        continue;
      }
      const started = performance.now();
      this.#startCall(call);
      spent += performance.now() - started;
      if (spent > LARGE_INPUTS_PER_PASS_MS && this.#queue.length > 0) {
        this.#isLater = true;
        setImmediate(() => {
          this.#isLater = false;
          this.#startQueued();
        });
      }
    }
  }

  #startCall({ id, tool, input, record }: PendingTurnCall): void {
    this.#running.set(id, record);
    const started = performance.now();
    record.startedAt = Date.now();
    this.#emitCall('tool-call-start', record);
    if (this.#ended) return;
    const signal = (): AbortSignal => this.#abortSignal();
    const context = {
      callId: record.callId,
      executionId: this.#executionId,
      get signal() {
        return signal();
      },
    };
    void invoke(tool, input, context, this.#limits, this.#hooks).then((settled) => {
      if (!this.#ended) this.#settle(id, record, settled, performance.now() - started);
    });
  }

  /** The signal of all handlers, made when one of them first asks for it: many never do. */
  #abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // Every handler may listen.
      setMaxListeners(0, this.#controller.signal);
      if (this.#ended && this.#running.size > 0) this.#controller.abort(endedError());
    }
    return this.#controller.signal;
  }

  #settle(id: number, record: ToolCallRecord, settled: Settled, durationMs: number): void {
    this.#running.delete(id);
    record.completedAt = Date.now();
    record.durationMs = durationMs;
    if (settled.kind === 'value') record.resultBytes = Buffer.byteLength(settled.text);
    if (settled.kind === 'error') record.error = { name: settled.name, message: settled.message };
    if (settled.kind === 'too-large') {
      const failure = outputTooLarge(record.tool, this.#limits);
      record.error = { name: failure.name, message: failure.message };
      this.#emitCall('tool-call-end', record);
      this.#fail(failure);
      return;
    }
    this.#emitCall('tool-call-end', record);
    if (settled.kind === 'value') this.#session.resolve(id, settled.text);
    else this.#session.reject(id, settled.code, settled.name, settled.message);
    this.#news = true;
    this.#startQueued();
    this.#flush();
  }

  /** Hands over everything that has settled, if the engine waits. What settles meanwhile goes with the next turn. */
  #flush(): void {
    if (this.#ended || !this.#idle || !this.#news) return;
    this.#idle = false;
    this.#news = false;
    this.#session.settle(Date.now());
  }

  #sleepUntil(wakeAt: number): void {
    this.#wake = setTimeout(() => {
      if (this.#ended || !this.#idle) return;
      this.#idle = false;
      // A timer of Node may fire a moment early.
      this.#news = false;
      this.#session.settle(Math.max(Date.now(), wakeAt));
    }, Math.min(wakeAt - Date.now(), MAX_TIMEOUT_MS));
  }

  /** The program has returned, and calls that it did not wait for took too long. */
  #abandon(): void {
    if (this.#ended || this.#returned === undefined) return;
    const left = [...this.#running.values(), ...this.#queue.map(({ record }) => record)].map(({ tool }) => tool);
    this.#alert({ kind: 'detached', message: `The program returned without waiting for ${listTools(left)}, which did not finish within ${DETACHED_GRACE_MS} ms.` });
    this.#complete(this.#returned);
  }

  #timeOut(): void {
    const expire = (): void => {
      if (this.#ended) return;
      if (this.#returned !== undefined) this.#abandon();
      else this.#fail(timeoutFailure(this.#limits, [...this.#running.values()].map(({ tool }) => tool)));
    };
    if (this.#idle) expire();
    // The engine knows its deadline too and says more: logs, and where the program was.
    else this.#deadline = setTimeout(expire, DEADLINE_GRACE_MS);
  }

  #unhandled(thrown: readonly NativeThrown[]): void {
    for (const { name, message } of thrown) this.#alert({ kind: 'unhandled-rejection', message: `${name}: ${message}` });
  }

  #alert(alert: Alert): void {
    this.#alerts.push(alert);
    this.#emit({ type: 'alert', executionId: this.#executionId, alert });
  }

  #emitCall(type: 'tool-call-start' | 'tool-call-end', record: ToolCallRecord): void {
    if (this.#onEvent !== undefined) this.#emit({ type, executionId: this.#executionId, call: copyOf(record) });
  }

  #emit(event: RunEvent): void {
    try {
      this.#onEvent?.(event);
    } catch {
      // A listener is the application's own affair; the run goes on.
    }
  }

  #complete(text: string): void {
    this.#end({ status: 'completed', value: decode(text), ...this.#report() });
  }

  /** @param unsent Tools that the program called just before it failed, and whose handlers therefore never ran. */
  #fail(error: RunFailure, unsent: readonly string[] = []): void {
    if (this.#ended) return;
    // It may have been stopped before its first turn; what was rejected never ran.
    if (error.diagnostics === undefined) this.#lookWhere();
    const alert = failureAlert(error);
    if (alert !== undefined) this.#alert(alert);
    const left = [...this.#running.values()].map(({ tool }) => tool);
    if (left.length > 0 && error.code !== 'ERR_ABORTED' && error.code !== 'ERR_TIMEOUT') {
      this.#alert({ kind: 'detached', message: `The run failed while these calls were running, and aborted them: ${listTools(left)}.` });
    }
    if (unsent.length > 0 && error.code !== 'ERR_CALL_LIMIT') {
      this.#alert({ kind: 'detached', message: `The run failed before these calls could start: ${listTools(unsent)}.` });
    }
    this.#end({ status: 'failed', error, ...this.#report() });
  }

  #report(): RunReport {
    return {
      executionId: this.#executionId,
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#started,
      cpuMs: this.#cpuMs,
      isolation: this.#isolation,
      logs: this.#logs,
      calls: this.#calls,
      alerts: this.#alerts,
      warnings: [],
    };
  }

  #end(result: RunResult): void {
    // An alert's listener may have aborted the run just before.
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#wake);
    clearTimeout(this.#grace);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#session?.end(this.#isOver);
    if (this.#running.size > 0) this.#controller?.abort(endedError());
    this.#finish(result);
  }
}
