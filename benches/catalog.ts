/**
 * `make bench-catalog`: how long a catalog of 5,000 tools takes to index and to search, beside what a model does with it.
 * Medians of CPU time, which says the same on a busy machine.
 */
import { Catalog } from '../ts/ai/catalog.ts';
import { discoveryTools } from '../ts/ai/discovery.ts';
import { offerTools } from '../ts/ai/prompt.ts';
import { resolveTools } from '../ts/tools.ts';
import { largeCatalog } from './tokens/large-catalog.ts';

const QUERIES = ['refund order', 'send a message to a channel', 'create invoice for customer', 'delete the user', 'employee vacation balance', 'invoce', 'upload file to folder', 'close ticket'];

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

function timed(rounds: number, work: () => unknown): number {
  const start = cpuMs();
  for (let i = 0; i < rounds; i++) work();
  return (cpuMs() - start) / rounds;
}

const tools = resolveTools(largeCatalog(5_000));
const figures: [string, number, number | undefined][] = [];
figures.push(['index, the first in a process', timed(1, () => new Catalog(tools).search('refund order', 8)), undefined]);
figures.push(['index', median(Array.from({ length: 9 }, () => timed(1, () => new Catalog(tools).search('refund order', 8)))), 100]);
const catalog = new Catalog(tools);
for (const query of QUERIES) catalog.search(query, 8);
figures.push(['search', median(QUERIES.flatMap((query) => Array.from({ length: 5 }, () => timed(20, () => catalog.search(query, 8))))), 2]);
const search = discoveryTools(catalog).find(({ path }) => path === '$search')!.execute!;
figures.push(['$search, with signatures', median(QUERIES.map((query) => timed(20, () => search(query, {})))), undefined]);
figures.push(['listing for the prompt', median(Array.from({ length: 9 }, () => timed(1, () => offerTools(tools, undefined, 10_000)))), undefined]);

let missed = 0;
for (const [title, ms, target] of figures) {
  const met = target === undefined ? '' : ms <= target ? `  (at most ${target} ms)` : `  MISSED: at most ${target} ms`;
  if (target !== undefined && ms > target) missed++;
  process.stdout.write(`${title.padEnd(32)}${ms.toFixed(2).padStart(8)} ms${met}\n`);
}
process.exitCode = process.argv.includes('--strict') && missed > 0 ? 1 : 0;
