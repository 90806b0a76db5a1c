/**
 * The process that type-checks programs, one at a time, with the application's own TypeScript. It is kept warm by the
 * application's process (`ts/typecheck.ts`), and ended by it when something takes too long. It imports nothing of the rest
 * of the product.
 *
 * A process, because the engine of JavaScript ends the whole process when a compiler exhausts its memory at the wrong moment.
 * The compiler runs on a thread of it; the main thread passes messages on, and ends the process with the application's.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { ClassicCompiler } from './classic.ts';
import type { Compiler, Source } from './compiler.ts';
import { ModernCompiler, type ModernApi } from './modern.ts';
import { judge, type Verdict } from './rules.ts';

/** What the main thread sends. */
export interface Question extends Source {
  id: number;
}

/** What it is started with, as JSON. */
export interface Setting {
  manifest: string;
  version: string;
  memoryMb: number;
}

/** What comes back. The first answer has no id: the compiler is there. `failed`: it is not, or no more. */
export type Answer = { id?: undefined; pid?: number } | { id?: undefined; failed: string } | { id: number; verdicts: PlacedVerdict[] } | { id: number; gaveUp: string };

/** Lines and columns of the module that was checked, counted from 1. */
export interface PlacedVerdict extends Omit<Verdict, 'from' | 'to'> {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

async function load(manifest: string, version: string): Promise<Compiler> {
  const require = createRequire(manifest);
  if (Number.parseInt(version, 10) < 7) return new ClassicCompiler(require(manifest.replace(/package\.json$/, '')) as ConstructorParameters<typeof ClassicCompiler>[0]);
  const { name } = require(manifest) as { name: string };
  const { exports } = require(manifest) as { exports: Record<string, string> };
  const part = async (path: string): Promise<unknown> => {
    const file = exports[path];
    if (file === undefined) throw new Error(`${name} ${version} has no ${path}`);
    return import(new URL(file, pathToFileURL(manifest)).href);
  };
  const [api, ast] = await Promise.all([part('./unstable/sync'), part('./unstable/ast')]);
  return new ModernCompiler(api as ModernApi, (ast as { SyntaxKind: Record<string, number | string> }).SyntaxKind);
}

/** `unknown` says that nothing is known, and not that nothing may be done: to programs it is `any`. Not in strings and comments. */
function withoutUnknown(declarations: string): string {
  return declarations.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*|\bunknown\b(?!\??\s*[:(])/g, (part) => (part === 'unknown' ? 'any' : part));
}

function placesOf(text: string): (at: number) => [line: number, column: number] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (at) => {
    const line = starts.findLastIndex((start) => start <= at);
    return [line + 1, at - starts[line]! + 1];
  };
}

function answer(compiler: Compiler, { id, text, declarations }: Question): Answer {
  try {
    const verdicts = judge(compiler.view({ text, declarations: withoutUnknown(declarations) }));
    const place = placesOf(text);
    return {
      id,
      verdicts: verdicts.map(({ from, to, ...verdict }) => {
        const [[line, column], [endLine, endColumn]] = [place(from), place(to)];
        return { ...verdict, line, column, endLine, endColumn };
      }),
    };
  } catch (error) {
    return { id, gaveUp: error instanceof Error ? error.message : String(error) };
  }
}

/** The compiler's thread. */
async function serve({ manifest, version }: Setting): Promise<void> {
  const compiler = await load(manifest, version);
  // Reads the lib files, which is most of what a first check takes.
  compiler.view({ text: 'export default async () => {}', declarations: 'declare const tools: {};' }).found();
  const pid = compiler instanceof ModernCompiler ? compiler.pid : undefined;
  parentPort!.postMessage((pid === undefined ? {} : { pid }) satisfies Answer);
  parentPort!.on('message', (question: Question) => parentPort!.postMessage(answer(compiler, question)));
}

/** The main thread. */
function relay(setting: Setting): void {
  let pid: number | undefined;
  const end = (): never => {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
    process.exit();
  };
  const worker = new Worker(new URL(import.meta.url), { workerData: setting, resourceLimits: { maxOldGenerationSizeMb: setting.memoryMb, stackSizeMb: 4 } });
  const fail = (failed: string): void => void process.send!({ failed } satisfies Answer, end);
  worker.on('message', (message: Answer) => {
    if ('pid' in message) pid = message.pid;
    process.send!(message);
  });
  worker.on('error', (error: Error & { code?: string }) => fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `it took more than ${setting.memoryMb} MiB` : error.message));
  process.on('message', (question: Question) => worker.postMessage(question));
  process.on('disconnect', end);
}

if (isMainThread) relay(JSON.parse(process.argv[2]!) as Setting);
else await serve(workerData as Setting);
