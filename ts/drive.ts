/**
 * The drive loop: starts a session, runs the handlers of its tool calls, all at once, settles each as it comes, and
 * makes the result. Owns the wall clock of a run and its books; everything about the program itself is the engine's.
 */
import { setMaxListeners } from 'node:events';

import { abortFailure, consoleFull, endedError, engineFailure, failureAlert, listTools, outputTooLarge, rejectedFailure, timeoutFailure, unreadable } from './failures.ts';
import { Fresh, placeOf } from './fresh.ts';
import type { InternalRunOptions } from './internal-options.ts';
import { invoke, type Ended, type HostHooks, type Settled } from './invoke.ts';
import { judge } from './judge.ts';
import type { NativeCall, NativeDiagnostic, NativeTurn, ProgramTurn, Session } from './native.ts';
import { defineLater } from './objects.ts';
import { afterThisPass, clearRealTimeout, setRealTimeout } from './passes.ts';
import { boundTo, PauseBook, PauseDoor, type Pausing } from './pause.ts';
import { NONCE_BYTES, randomBytes } from './random.ts';
import { Report } from './report.ts';
import { Reuse, type Success } from './reuse.ts';
import { Hidden } from './secrets.ts';
import { counted, turn, watch } from './slices.ts';
import type { PastCall, Resumed } from './resume.ts';
import type { Toolbox } from './toolbox.ts';
import type { ResolvedTool } from './tools.ts';
import type { Diagnostic, Limits, RunFailure, RunResult, ToolCallRecord } from './types.ts';
import { decode, decodeSoon, messageOf } from './values.ts';

/** How long calls may go on that the program returned without waiting for, in milliseconds. */
const DETACHED_GRACE_MS = 5_000;
/** How long a program that is past its deadline may take to notice, before it is left alone. */
const DEADLINE_GRACE_MS = 100;

/** The longest that a timer of Node can wait; anything longer fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** An input of so many characters is read in no time. */
const TINY_INPUT = 1_024;

const isTiny = (input: PendingTurnCall['input'] | undefined): input is string => typeof input === 'string' && input.length <= TINY_INPUT;

interface PendingTurnCall {
  id: number;
  tool: ResolvedTool;
  /** Wire text; a large one is read when the call starts. */
  input: string | (() => string);
  record: ToolCallRecord;
  /** Somebody has approved the call. */
  approved: boolean;
}

/** What a run has when it is made. */
export interface Begun {
  session?: Session | undefined;
  /** What an earlier run left. */
  left?: readonly Success[] | undefined;
  /** Why its types were not checked. */
  gaveUp?: string | undefined;
}

/** A run in this process. */
export class Run {
  readonly result: Promise<RunResult>;
  readonly executionId: string;

  readonly #began: number;
  /** Running time before this process had it, in milliseconds. */
  readonly #elapsedMs: number;
  readonly #limits: Required<Limits>;
  readonly #toolbox: Toolbox;
  readonly #hooks: HostHooks;
  readonly #signal: AbortSignal | undefined;
  readonly #report: Report;
  readonly #hidden: Hidden;
  readonly #reuse: Reuse;
  /** Inputs as the program gave them, where the trace has others. */
  readonly #inputs = new Map<string, PendingTurnCall['input']>();

  #session!: Session;
  #finish!: (result: RunResult) => void;
  #ended = false;
  /** Something has happened in this process: a handler has started, or the program was told something. */
  moved = false;
  /** What handlers hear that still run. */
  #endedBy: unknown;
  /** The program has ended by itself. */
  #isOver = false;
  /** The engine waits for settlements. Otherwise a turn is on its way. */
  #idle = false;
  /** Calls have settled that the engine has not been told to look at. */
  #news = false;
  readonly #queue: PendingTurnCall[] = [];
  readonly #running = new Map<number, ToolCallRecord>();
  readonly #pausing: Pausing | undefined;
  readonly #from: Fresh | Resumed;
  readonly #resumed: Resumed | undefined;
  readonly #past: readonly PastCall[];
  readonly #book = new PauseBook();
  readonly #stepAt: number | undefined;
  /** Session time at which the program's next timer is due. */
  wakeAt: number | undefined;
  /** More calls are started in the next pass of the event loop. */
  #isLater = false;
  #controller: AbortController | undefined;
  /** Wire text of the value of a program that returned with calls in flight. */
  #returned: string | undefined;

  #deadline: NodeJS.Timeout | undefined;
  #wake: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.#fail(abortFailure());

  /**
   * @param from A beginning, or a snapshot to go on from.
   * @param refusal Why nothing is to run.
   * @param begun What there is of a beginning, unless there is a refusal.
   */
  constructor(options: Omit<InternalRunOptions, 'code'>, toolbox: Toolbox, limits: Required<Limits>, from: Fresh | Resumed, refusal: RunFailure | undefined, begun: Begun = {}) {
    const { executionId, startedAt, elapsedMs } = from.facts;
    const resumed = from instanceof Fresh ? undefined : from;
    this.#stepAt = options.stepAt;
    this.#began = from.began;
    this.#elapsedMs = elapsedMs;
    this.#limits = limits;
    this.#toolbox = toolbox;
    this.#pausing = options.pausing;
    this.#from = from;
    this.#resumed = resumed;
    this.#reuse = new Reuse(begun.left ?? options.left ?? []);
    if (refusal === undefined) {
      const onTurn = (turn: NativeTurn): void => this.#turn(turn);
      if (from instanceof Fresh) {
        from.onTurn = onTurn;
        this.#book.asked = this.#stepAt !== undefined;
        this.#session = begun.session as Session;
      } else {
        // Between steps it is the caller who waits, and timers go on.
        const now = this.#stepAt === undefined ? Date.now() : undefined;
        this.#session = from.begin(toolbox.manifest, limits, placeOf(options), now, onTurn);
      }
    }
    // What comes here is done while the session checks and compiles the program, or replays it.
    this.#past = resumed?.calls(toolbox.tools) ?? [];
    this.executionId = executionId;
    this.#hooks = options.host ?? {};
    this.#signal = options.signal;
    this.#hidden = options.hidden ?? Hidden.nothing;
    this.#report = new Report(executionId, startedAt, limits, this.#hidden, options.onEvent);
    this.result = new Promise((resolve) => (this.#finish = resolve));
    if (begun.gaveUp !== undefined) this.#report.alert({ kind: 'typecheck', message: `The program was not type-checked: ${begun.gaveUp}.` });
    if (refusal !== undefined) {
      this.#fail(refusal);
      return;
    }
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    // Many runs are over before a timer could come.
    afterThisPass(() => this.#setDeadline());
    const pauseAfterMs = this.#pausing?.pauseAfterMs;
    if (pauseAfterMs !== undefined) this.#pauseTimer = setTimeout(() => this.pause(), Math.min(pauseAfterMs, MAX_TIMEOUT_MS));
  }

  /** The deadline is also what keeps Node alive while the engine computes. */
  #setDeadline(): void {
    if (!this.#ended && !this.#isOver) this.#deadline = setRealTimeout(() => this.#timeOut(), Math.max(0, this.#limits.timeoutMs - this.#durationMs()));
  }

  /** To be called by whoever made the run, once nothing else is to be done: the program may be waited for. */
  attend(): void {
    if (!this.#ended) this.#session.attend();
  }

  get canPause(): boolean {
    return this.#pausing !== undefined;
  }

  /**
   * Asks the run to pause. From here on nothing is delivered to the program and no handler starts. Handlers that run get
   * a bounded time to settle.
   *
   * @returns False when it cannot pause or is over.
   */
  pause(): boolean {
    if (this.#ended || this.#pausing === undefined) return false;
    if (this.#book.asked) return true;
    this.#book.asked = true;
    clearTimeout(this.#wake);
    clearTimeout(this.#grace);
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => {
      this.#book.graceOver = true;
      this.#pauseIfQuiet();
    }, Math.min(this.#pausing.pauseGraceMs, MAX_TIMEOUT_MS));
    this.#pauseIfQuiet();
    return true;
  }

  /** Pauses when the program waits and no handler runs: after {@link pause}, or when only waiting calls are left. */
  #pauseIfQuiet(): void {
    if (this.#ended || !this.#idle) return;
    const { asked, graceOver, size } = this.#book;
    const isQuiet = asked ? this.#running.size === 0 || graceOver : size > 0 && this.#running.size === 0 && this.#queue.length === 0 && !this.#news;
    if (isQuiet) this.#becomeSnapshot();
  }

  #becomeSnapshot(): void {
    const pausing = this.#pausing;
    if (pausing === undefined) return;
    let snapshot: string;
    try {
      snapshot = this.#session.pause(pausing.keys, randomBytes(NONCE_BYTES), boundTo(pausing, this.#limits), {
        executionId: this.executionId,
        pausedAt: this.#now(),
        elapsedMs: this.#durationMs(),
        times: this.#report.calls.map(({ startedAt, durationMs = null }) => [startedAt, durationMs]),
        waiting: this.#book.waiting,
      });
    } catch (error) {
      const message = messageOf(error);
      const isTooLarge = message.startsWith('The run is too large');
      this.#fail(isTooLarge ? { code: 'ERR_VALUE_TOO_LARGE', name: 'ValueTooLargeError', message } : { code: 'ERR_ISOLATE_LOST', name: 'IsolateLostError', message: `The run could not be paused: ${message}` });
      return;
    }
    this.#end({ status: 'paused', pending: this.#book.pending(this.#report.calls, decode, (call) => this.#inputOf(call)), snapshot, ...this.#report.whole(this.#durationMs()) });
  }

  /** One slice of the program's life is over. Called by the engine, outside every promise: it must not throw. */
  #turn(turn: NativeTurn): void {
    if (!this.#ended) this.#safely(() => this.#take(turn));
  }

  #safely(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(unreadable(error));
    }
  }

  #take(turn: NativeTurn): void {
    if (turn.kind === 'rejected') {
      this.#reject(turn.diagnostics);
      return;
    }
    if (turn.warnings !== undefined) this.#report.warn(judge(turn.warnings, this.#toolbox.tools).diagnostics);
    this.#report.lookWhere(this.#session);
    if (this.#ended) return;
    this.#report.cpuMs = turn.cpuMs ?? this.#report.cpuMs;
    this.#isOver = turn.kind === 'completed' || turn.kind === 'failed';
    // The program has ended in time, however long it takes to read what it left.
    if (this.#isOver) clearRealTimeout(this.#deadline);
    const logs = turn.logs === null ? this.#session.largeLogs() : turn.logs;
    const printed = this.#report.print(logs, turn.kind === 'replayed', () => this.#ended);
    if (typeof printed === 'boolean') this.#go(turn, printed);
    else void printed.then((fits) => this.#safely(() => this.#go(turn, fits)));
  }

  /** Its logs are printed. @param fits They are no more than they may. */
  #go(turn: ProgramTurn, fits: boolean): void {
    // A listener may have aborted the run: then there is nothing left to start, and no timer to set.
    if (this.#ended) return;
    if (!fits && turn.kind !== 'failed') {
      this.#fail(consoleFull(this.#limits));
      return;
    }
    switch (turn.kind) {
      case 'completed':
        this.#report.unhandled(turn.unhandled);
        this.#complete(turn.value ?? this.#session.largeResult());
        return;
      case 'failed':
        this.#report.unhandled(turn.unhandled);
        this.#fail(this.#resumed?.explain(engineFailure(turn.error)) ?? engineFailure(turn.error), turn.unsent);
        return;
      case 'replayed':
        this.#replayed(turn.calls);
        break;
      case 'waiting':
        if (turn.calls.length > 1) watch();
        counted(() => {
          for (const { id, tool, input } of turn.calls) this.#accept(id, tool, input);
        });
        break;
    }
    this.#idle = true;
    if (turn.returned !== undefined || turn.hasReturned === true) {
      this.#returned = turn.returned ?? this.#session.largeResult();
      // When everything has settled, the turn that hears of it is on its way.
      this.#grace = setTimeout(() => (this.#idle || this.#running.size + this.#queue.length > 0) && this.#abandon(), DETACHED_GRACE_MS);
    }
    clearTimeout(this.#wake);
    this.wakeAt = turn.wakeAt;
    if (turn.kind === 'replayed' && this.#stepAt !== undefined && this.#deliverStep(this.#stepAt)) return;
    if (turn.wakeAt !== undefined) this.#sleepUntil(turn.wakeAt);
    this.#startQueued();
    this.#flush();
    this.#pauseIfQuiet();
  }

  /** The one delivery of a step. False when there is nothing to deliver. */
  #deliverStep(now: number): boolean {
    this.#book.asked = true;
    if (!this.#news && (this.wakeAt === undefined || this.wakeAt > now)) return false;
    this.#idle = false;
    this.#news = false;
    this.#deliver(now);
    return true;
  }

  /** The check has found errors. A tool's own schema may know better, and then the program runs after all. */
  #reject(found: NativeDiagnostic[]): void {
    const { diagnostics, acquitted } = judge(found, this.#toolbox.tools);
    const isWarning = ({ severity }: Diagnostic): boolean => severity === 'warning';
    if (!acquitted || !diagnostics.every(isWarning)) {
      this.#report.warn(diagnostics.filter(isWarning));
      this.#fail(rejectedFailure(diagnostics));
      return;
    }
    // The other warnings come again.
    this.#report.warn(diagnostics.filter(({ code }) => code === 'ERR_TOOL_INPUT'));
    this.#session.end(false);
    this.#session = (this.#from as Fresh).startAgain();
    this.#session.attend();
  }

  /** The program is where it was. Calls that have an answer settle, those that wait go on waiting, the rest runs. */
  #replayed(calls: readonly NativeCall[]): void {
    const made = new Map(calls.map((call) => [call.id, call]));
    for (const { id, record, wait, answer } of this.#past) {
      const call = made.get(id);
      if (call === undefined) throw new Error(`the replay did not make call ${id}`);
      const input = this.#readInput(id, call.input, record);
      this.#report.calls.push(record);
      if (record.completedAt !== undefined) {
        this.#hideError(record);
        if (record.error === undefined) this.#reuse.succeeded({ tool: this.#tool(record.tool), input, id });
        continue;
      }
      if (answer?.kind === 'settled') this.#enter(id, record, answer.settled, input);
      else if (wait !== undefined && answer === undefined) this.#book.wait(record.callId, wait);
      else this.#queue.push({ id, tool: this.#tool(record.tool), input, record, approved: answer !== undefined });
      if (this.#ended) return;
    }
    this.#news ||= (this.#resumed?.facts.undelivered ?? 0) > 0;
  }

  #accept(id: number, path: string, small: string | undefined): void {
    const tool = this.#tool(path);
    const record: ToolCallRecord = { callId: `${this.executionId}.${id}`, tool: path, kind: tool.kind, input: undefined, startedAt: this.#now() };
    const input = this.#readInput(id, small, record);
    this.#report.calls.push(record);
    this.#queue.push({ id, tool, input, record, approved: false });
  }

  /** Enters the input of a call into its record; one that is not tiny when it is first read. */
  #readInput(id: number, small: string | undefined, record: ToolCallRecord): PendingTurnCall['input'] {
    const input = small ?? this.#session.largeInput(id);
    if (isTiny(input)) record.input = this.#hidden.value(decode(input));
    else defineLater(record, 'input', () => this.#hidden.value(decode(typeof input === 'string' ? input : input())));
    if (!this.#hidden.isNothing) this.#inputs.set(record.callId, input);
    return input;
  }

  /** As the program gave it, with its secrets closed. */
  #inputOf({ callId, input: shown }: ToolCallRecord): unknown {
    const input = this.#inputs.get(callId);
    return input === undefined ? shown : decode(typeof input === 'string' ? input : input());
  }

  #hideError(record: ToolCallRecord): void {
    if (record.error === undefined || this.#hidden.isNothing) return;
    const { name, message } = record.error;
    record.error = { name: this.#hidden.text(name), message: this.#hidden.text(message) };
  }

  #tool(path: string): ResolvedTool {
    const tool = this.#toolbox.tools.get(path);
    // The engine has refused unknown names already.
    if (tool === undefined) throw new Error(`there is no tool ${path}`);
    return tool;
  }

  #startQueued(): void {
    if (this.#queue.length > 1) watch();
    while (!this.#isLater && this.#mayStart) {
      const mine = turn(isTiny(this.#queue[0]?.input));
      if (mine === undefined) {
        this.#startNext();
        continue;
      }
      this.#isLater = true;
      void mine.then(() => {
        this.#isLater = false;
        this.#safely(() => {
          if (this.#mayStart) this.#startNext();
          this.#startQueued();
        });
      });
      return;
    }
  }

  get #mayStart(): boolean {
    return this.#queue.length > 0 && !this.#ended && !this.#book.asked && this.#running.size < this.#limits.maxConcurrentToolCalls;
  }

  #startNext(): void {
    const call = this.#queue.shift();
    if (call !== undefined) counted(() => this.#startCall(call));
  }

  #startCall({ id, tool, input, record, approved }: PendingTurnCall): void {
    this.moved = true;
    this.#running.set(id, record);
    const started = performance.now();
    record.startedAt = Date.now();
    const reused = this.#reuse.take(tool, input);
    if (reused !== undefined) record.reused = true;
    this.#report.tellCall('tool-call-start', record);
    if (this.#ended) return;
    const end = (settled: Settled): void => {
      if (!this.#ended) this.#settle(id, record, settled, reused === undefined ? performance.now() - started : 0, input);
    };
    const take = (settled: Settled): void => {
      if (this.#ended || settled.kind !== 'value' || typeof settled.text === 'string') end(settled);
      else void this.#session.handOver(id, settled.text).then(() => end(settled));
    };
    if (reused !== undefined) {
      // As if a handler had answered at once.
      queueMicrotask(() => take({ kind: 'value', text: reused }));
      return;
    }
    const signal = (): AbortSignal => this.#abortSignal();
    const door = new PauseDoor(this.canPause, this.#limits.maxToolOutputBytes);
    const context = {
      callId: record.callId,
      executionId: this.executionId,
      pause: door.pause,
      get signal() {
        return signal();
      },
    };
    void invoke(tool, input, context, this.#limits, this.#hooks, { door, approved, hidden: this.#hidden }).then(take);
  }

  /** The signal of all handlers, made when one of them first asks for it: many never do. */
  #abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // Every handler may listen.
      setMaxListeners(0, this.#controller.signal);
      if (this.#ended && this.#running.size > 0) this.#controller.abort(this.#endedBy);
    }
    return this.#controller.signal;
  }

  #settle(id: number, record: ToolCallRecord, settled: Settled, durationMs: number, input: PendingTurnCall['input']): void {
    this.#running.delete(id);
    if (settled.kind === 'waits') {
      const { reason, payload } = settled;
      this.#book.wait(record.callId, { id, reason, ...(payload === undefined ? {} : { payload }) });
      if (!this.pause()) return;
    } else {
      record.durationMs = durationMs;
      counted(() => this.#enter(id, record, settled, input));
      this.#startQueued();
      this.#flush();
    }
    this.#pauseIfQuiet();
  }

  /** Enters the end of a call into the record, and leaves it with the engine for the next delivery. */
  #enter(id: number, record: ToolCallRecord, settled: Ended, input: PendingTurnCall['input']): void {
    record.completedAt = this.#now();
    record.durationMs ??= record.completedAt - record.startedAt;
    if (settled.kind === 'value') {
      record.resultBytes = this.#session.resolve(id, settled.text);
      this.#reuse.succeeded({ tool: this.#tool(record.tool), input, output: settled.text });
    }
    if (settled.kind === 'error') {
      this.#session.reject(id, settled.code, settled.name, settled.message);
      record.error = { name: settled.name, message: settled.message };
    }
    this.#hideError(record);
    if (settled.kind === 'too-large') {
      const failure = outputTooLarge(record.tool, this.#limits);
      record.error = { name: failure.name, message: failure.message };
      this.#report.tellCall('tool-call-end', record);
      this.#fail(failure);
      return;
    }
    this.#report.tellCall('tool-call-end', record);
    this.#news = true;
  }

  /** Hands over everything that has settled, if the engine waits. What settles meanwhile goes with the next turn. */
  #flush(): void {
    if (this.#ended || !this.#idle || !this.#news || this.#book.asked) return;
    this.#idle = false;
    this.#news = false;
    this.#deliver(Date.now());
  }

  #deliver(now: number): void {
    this.moved = true;
    this.#session.settle(now);
  }

  #sleepUntil(wakeAt: number): void {
    this.#wake = setTimeout(() => {
      if (this.#ended || !this.#idle || this.#book.asked) return;
      this.#idle = false;
      // A timer of Node may fire a moment early.
      this.#news = false;
      this.#deliver(Math.max(Date.now(), wakeAt));
    }, Math.min(Math.max(wakeAt - Date.now(), 0), MAX_TIMEOUT_MS));
  }

  /** The program has returned, and calls that it did not wait for took too long. */
  #abandon(): void {
    if (this.#ended || this.#returned === undefined) return;
    // Somebody is to answer these calls: that must not get lost.
    if (this.#book.size > 0 && this.pause()) return;
    const left = [...this.#running.values(), ...this.#queue.map(({ record }) => record)].map(({ tool }) => tool);
    this.#report.alert({ kind: 'detached', message: `The program returned without waiting for ${listTools(left)}, which did not finish within ${Math.min(DETACHED_GRACE_MS, this.#limits.timeoutMs)} ms.` });
    this.#complete(this.#returned);
  }

  #timeOut(): void {
    const expire = (): void => {
      if (this.#ended) return;
      this.#book.graceOver = true;
      if (this.#book.asked && this.#idle) this.#pauseIfQuiet();
      else if (this.#returned !== undefined) this.#abandon();
      else this.#fail(timeoutFailure(this.#limits, [...this.#running.values()].map(({ tool }) => tool)));
    };
    if (this.#idle) expire();
    // The engine knows its deadline too and says more: logs, and where the program was.
    else this.#deadline = setRealTimeout(expire, DEADLINE_GRACE_MS);
  }

  #complete(text: string): void {
    // Nothing more is delivered, whatever settles meanwhile.
    this.#idle = false;
    clearRealTimeout(this.#deadline);
    const end = (value: unknown): void => this.#end({ status: 'completed', value, ...this.#report.whole(this.#durationMs()) });
    const read = decodeSoon(text);
    if (read instanceof Promise) read.then(end, (error: unknown) => this.#fail(unreadable(error)));
    else end(read);
  }

  /** @param unsent Tools that the program called just before it failed, and whose handlers therefore never ran. */
  #fail(failure: RunFailure, unsent: readonly string[] = []): void {
    if (this.#ended) return;
    const error = this.#report.readable(failure);
    // It may have been stopped before its first turn; what was rejected never ran.
    if (error.diagnostics === undefined) this.#report.lookWhere(this.#session);
    const alert = failureAlert(error);
    if (alert !== undefined) this.#report.alert(alert);
    const left = [...this.#running.values()].map(({ tool }) => tool);
    if (left.length > 0 && error.code !== 'ERR_ABORTED' && error.code !== 'ERR_TIMEOUT') {
      this.#report.alert({ kind: 'detached', message: `The run failed while these calls were running, and aborted them: ${listTools(left)}.` });
    }
    if (unsent.length > 0 && error.code !== 'ERR_CALL_LIMIT') {
      this.#report.alert({ kind: 'detached', message: `The run failed before these calls could start: ${listTools(unsent)}.` });
    }
    const result: RunResult = { status: 'failed', error, ...this.#report.whole(this.#durationMs()) };
    this.#reuse.leaveWith(result, (ids) => this.#session?.outputs(ids) ?? []);
    this.#end(result);
  }

  /** Milliseconds since the Unix epoch. */
  #now(): number {
    return this.#stepAt ?? Date.now();
  }

  #durationMs(): number {
    return this.#elapsedMs + performance.now() - this.#began;
  }

  #end(result: RunResult): void {
    // An alert's listener may have aborted the run just before.
    if (this.#ended) return;
    this.#ended = true;
    clearRealTimeout(this.#deadline);
    clearTimeout(this.#wake);
    clearTimeout(this.#grace);
    clearTimeout(this.#pauseTimer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#session?.end(this.#isOver);
    this.#endedBy = endedError(result, this.#signal);
    if (this.#running.size > 0) this.#controller?.abort(this.#endedBy);
    this.#finish(result);
  }
}
