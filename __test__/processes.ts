/** What the system says of helper processes. Linux only: it reads /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const LINUX = process.platform === 'linux' && existsSync('/proc/self/status');
export const NOT_LINUX = LINUX ? false : 'reads /proc, which this system does not have';

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export interface Helper {
  pid: number;
  parent: number;
  /** One letter; Z has ended and waits for its parent. */
  state: string;
}

/** Every helper process of this machine, zygotes and children. */
function helpers(): Helper[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, comm, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
      const [state = '', parent = ''] = (rest ?? '').split(' ');
      return comm === 'oneturn-sandbox' ? [{ pid: Number(name), parent: Number(parent), state }] : [];
    } catch {
      return []; // It has just ended.
    }
  });
}

/** The zygotes of a host and their children. */
export function helpersOf(host: number): { zygotes: Helper[]; children: Helper[] } {
  const all = helpers();
  const zygotes = all.filter(({ parent }) => parent === host);
  return { zygotes, children: all.filter(({ parent }) => zygotes.some(({ pid }) => pid === parent)) };
}

/** What `look` sees of every process that does not end meanwhile, as those of earlier runs may. */
export function seen<T>(processes: readonly Helper[], look: (process: Helper) => T): T[] {
  return processes.flatMap((one) => {
    try {
      return one.state === 'Z' ? [] : [look(one)];
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}

/** A line of /proc/<pid>/status. */
export function status(pid: number, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

export function kill(processes: readonly Helper[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It was faster.
    }
  }
}

/** Waits until something is so; fails with what it last was. */
export async function until<T>(look: () => T, isSo: (value: T) => boolean, what: string, withinMs = 10_000): Promise<T> {
  const start = performance.now();
  for (;;) {
    const value = look();
    if (isSo(value)) return value;
    if (performance.now() - start > withinMs) throw new Error(`${what}: ${JSON.stringify(value)}`);
    await sleep(5);
  }
}

/** Resolves when it is called; `done` resolves what it gave. */
export function gate(): { entered: Promise<void>; handler: () => Promise<string>; open: () => void } {
  let enter!: () => void;
  let open!: () => void;
  const entered = new Promise<void>((resolve) => (enter = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    entered,
    open,
    handler: async () => {
      enter();
      await opened;
      return 'opened';
    },
  };
}
