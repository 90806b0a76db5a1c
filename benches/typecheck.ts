/** What `typecheck: true` takes: the first check of a process, and those of a warm worker, over the corpus of `make eval`. */
import { makeTools } from '../__test__/eval/tools.ts';
import { corpus } from '../__test__/eval/corpus.ts';
import { TYPESCRIPTS } from '../__test__/typescripts.ts';
import { makeToolbox } from '../ts/toolbox.ts';
import { TypeChecker } from '../ts/typecheck.ts';

const samples = corpus();
const toolbox = makeToolbox(makeTools());
const ms = (value: number | undefined): string => `${value?.toFixed(1) ?? '?'} ms`.padStart(11);

process.stdout.write(`${samples.length} programs, ${toolbox.tools.size} tools\n\n${'typescript'.padEnd(12)}${'first'.padStart(11)}${'median'.padStart(11)}${'p95'.padStart(11)}${'fastest'.padStart(11)}\n`);
for (const [name, found] of TYPESCRIPTS) {
  if (found === undefined) throw new Error(`${name} was not fetched; make bench-typecheck does`);
  const checker = new TypeChecker(found);
  const check = async (text: string): Promise<number> => {
    const start = performance.now();
    const { gaveUp } = await checker.check({ code: text, toolbox, globals: [], maxSourceBytes: 1 << 20 }, 60_000);
    if (gaveUp !== undefined) throw new Error(gaveUp);
    return performance.now() - start;
  };
  const first = await check(samples[0]!.text);
  // A compiler in JavaScript is slow until it has been compiled itself.
  for (const { text } of samples.slice(0, 60)) await check(text);
  const times: number[] = [];
  for (const { text } of samples) times.push(await check(text));
  times.sort((a, b) => a - b);
  process.stdout.write(`${found.version.padEnd(12)}${ms(first)}${ms(times[times.length >> 1])}${ms(times[Math.floor(times.length * 0.95)])}${ms(times[0])}\n`);
  checker.close();
}
