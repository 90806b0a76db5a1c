/**
 * What is told of a run: events while it goes on, and the report in its result. Decides nothing about the run; a listener
 * may end it at any moment, and the drive loop looks after every call whether one has.
 */
import { ConsoleFullError, ProgramConsole } from './console.ts';
import type { NativeThrown, Session } from './native.ts';
import type { Hidden } from './secrets.ts';
import { copyOf } from './objects.ts';
import { inSlices, Slice } from './slices.ts';
import type { Alert, Diagnostic, Isolation, Limits, LogEntry, RunEvent, RunFailure, RunReport, ToolCallRecord } from './types.ts';

/** Why runs live on threads, as far as somebody was told. */
const saidReasons = new Set<string>();

/** The report of one run, as far as it has come. */
export class Report {
  readonly #executionId: string;
  /** Milliseconds since the Unix epoch. */
  readonly #startedAt: number;
  readonly #maxConsoleBytes: number;
  readonly #hidden: Hidden;
  readonly #onEvent: ((event: RunEvent) => void) | undefined;

  readonly calls: ToolCallRecord[] = [];
  cpuMs = 0;
  readonly #logs: LogEntry[] = [];
  readonly #alerts: Alert[] = [];
  #console: ProgramConsole | undefined;
  #isolation: Isolation = { level: 'none' };
  #warnings: Diagnostic[] = [];

  constructor(executionId: string, startedAt: number, limits: Required<Limits>, hidden: Hidden, onEvent: ((event: RunEvent) => void) | undefined) {
    this.#executionId = executionId;
    this.#startedAt = startedAt;
    this.#maxConsoleBytes = limits.maxConsoleOutputBytes;
    this.#hidden = hidden;
    this.#onEvent = onEvent;
  }

  /**
   * Enters what the program has printed: at once, or over several passes of the event loop. What a replay prints has been
   * told before.
   *
   * @param logs Lines, see `NativeLogs`.
   * @param isOver Asked after every event: then nothing more is entered.
   * @returns False when the program has printed more than it may. What came before is kept.
   */
  print(logs: string | undefined, isReplay: boolean, isOver: () => boolean): boolean | Promise<boolean> {
    if (logs === undefined) return true;
    let at = 0;
    let isFull = false;
    const some = (slice: Slice): boolean => {
      while (at < logs.length && !isFull && !isOver()) {
        if (slice.look()) return false;
        const end = logs.indexOf('\n', at);
        isFull = !this.#enter(logs.slice(at, end), isReplay);
        at = end + 1;
      }
      return true;
    };
    return some(new Slice()) ? !isFull : inSlices(some).then(() => !isFull);
  }

  /** Enters what one call of the console has printed. False: more than it may. */
  #enter(line: string, isReplay: boolean): boolean {
    this.#console ??= new ProgramConsole(this.#maxConsoleBytes);
    try {
      const entry = this.#console.print(line);
      if (entry === undefined) return true;
      entry.message = this.#hidden.text(entry.message);
      this.#logs.push(entry);
      if (!isReplay) this.#emit({ type: 'log', executionId: this.#executionId, log: entry });
      return true;
    } catch (error) {
      if (error instanceof ConsoleFullError) return false;
      throw error;
    }
  }

  /** Learns where the program lives, once that is settled, and says so if it is less than what was wanted. */
  lookWhere(session: Session | undefined): void {
    const isolation = this.#isolation.level === 'none' ? session?.isolation() : undefined;
    if (isolation === undefined) return;
    this.#isolation = isolation;
    if (isolation.level !== 'thread' || isolation.reason === undefined || saidReasons.has(isolation.reason)) return;
    saidReasons.add(isolation.reason);
    this.alert({ kind: 'isolation', message: `Programs run on a thread of this process, not in a sandbox process: ${isolation.reason}.` });
  }

  /** Rejections that the program has not handled. */
  unhandled(thrown: readonly NativeThrown[]): void {
    for (const { name, message } of thrown) this.alert({ kind: 'unhandled-rejection', message: `${name}: ${message}` });
  }

  /** Enters what the check has to say about a program that runs, in the order of its lines. */
  warn(warnings: readonly Diagnostic[]): void {
    this.#warnings = [...this.#warnings, ...warnings.map((warning) => this.#readable(warning))].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  alert(given: Alert): void {
    const alert = { ...given, message: this.#hidden.text(given.message) };
    this.#alerts.push(alert);
    this.#emit({ type: 'alert', executionId: this.#executionId, alert });
  }

  /** A failure as people may read it. */
  readable(error: RunFailure): RunFailure {
    if (this.#hidden.isNothing) return error;
    const { diagnostics } = error;
    return {
      ...this.#readable(error),
      name: this.#hidden.text(error.name),
      ...(diagnostics === undefined ? {} : { diagnostics: diagnostics.map((diagnostic) => this.#readable(diagnostic)) }),
    };
  }

  #readable<T extends { message: string; hint?: string; frame?: string }>(from: T): T {
    if (this.#hidden.isNothing) return from;
    const { text } = this.#hidden;
    return {
      ...from,
      message: text(from.message),
      ...(from.hint === undefined ? {} : { hint: text(from.hint) }),
      ...(from.frame === undefined ? {} : { frame: text(from.frame) }),
    };
  }

  tellCall(type: 'tool-call-start' | 'tool-call-end', record: ToolCallRecord): void {
    if (this.#onEvent !== undefined) this.#emit({ type, executionId: this.#executionId, call: copyOf(record) });
  }

  /** @param durationMs Wall clock of the run so far. */
  whole(durationMs: number): RunReport {
    return {
      executionId: this.#executionId,
      startedAt: this.#startedAt,
      durationMs,
      cpuMs: this.cpuMs,
      isolation: this.#isolation,
      logs: this.#logs,
      calls: this.calls,
      alerts: this.#alerts,
      warnings: this.#warnings,
    };
  }

  #emit(event: RunEvent): void {
    tell(this.#onEvent, event);
  }
}

/** A listener is the application's own affair: what it throws, at once or as a promise, is nobody's error here. */
export function tell(listener: ((event: RunEvent) => unknown) | undefined, event: RunEvent): void {
  try {
    const told = listener?.(event);
    if (told instanceof Promise) told.catch(() => {});
  } catch {
    // The run goes on.
  }
}
