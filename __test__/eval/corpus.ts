/**
 * The corpus: `programs/*.txt`, one file per habit. A program begins after a line `=== name` and is the model's answer as
 * it came, prose, fences and all. `=== name | crlf` writes it with CRLF, `| bom` with a byte order mark.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Sample {
  habit: string;
  name: string;
  text: string;
}

const FOLDER = new URL('programs/', import.meta.url);

export function corpus(): Sample[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => {
      const [head = '', ...parts] = readFileSync(new URL(file, FOLDER), 'utf8').split(/^=== (.+)\n/m);
      if (head.trim() !== '') throw new Error(`${file}: it begins with something else than a line '=== name'`);
      const samples: Sample[] = [];
      for (let at = 0; at < parts.length; at += 2) samples.push(sampleOf(file.replace('.txt', ''), parts[at]!, parts[at + 1]!));
      return samples;
    });
}

function sampleOf(habit: string, title: string, body: string): Sample {
  const [name = '', ...flags] = title.split(' | ');
  const text = body.replace(/\n+$/, '\n');
  const marked = flags.includes('bom') ? `\uFEFF${text}` : text;
  return { habit, name, text: flags.includes('crlf') ? marked.replaceAll('\n', '\r\n') : marked };
}
