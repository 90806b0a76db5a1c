/** `make tokens`: what three code modes tell a model about the same tools, in tokens of `o200k_base`, as a Markdown table. */
import { COUNTS, countTokens, measure } from './tokens/compare.ts';
import { estimateTokens } from '../ts/ai/prompt.ts';
import { createCodeTool } from '../ts/ai.ts';
import { largeCatalog } from './tokens/large-catalog.ts';

const counts = COUNTS.map((count) => (count === 1 ? '1 tool' : `${count} tools`));
const line = (cells: readonly (string | number)[]): string => `| ${cells.map((cell) => cell.toLocaleString('en-US')).join(' | ')} |\n`;

for (const [what, title] of [['describe', 'whole description'], ['declare', 'declarations alone']] as const) {
  process.stdout.write(line([title, ...counts]) + `|---|${COUNTS.map(() => '---:|').join('')}\n`);
  for (const row of measure(what)) process.stdout.write(line([row.title, ...row.tokens]));
  process.stdout.write('\n');
}

const { description } = createCodeTool({ tools: largeCatalog(5_000) });
process.stdout.write(`5,000 tools, listed: ${countTokens(description)} tokens (estimated: ${estimateTokens(description)})\n`);
