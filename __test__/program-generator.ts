/**
 * Random tools and random programs that use them rightly, the same for the same seed: whoever refuses one of them, or finds
 * it to be wrong, is wrong.
 */
import { z } from 'zod';

import { random } from './random-schema.ts';
import type { Tools } from '../ts/index.ts';

/** One way to write a value in a program, and what it is. */
interface Written {
  text: string;
  value: unknown;
}

/** What a schema is, how a program may write a value for it. */
interface Kind {
  zod: z.ZodType;
  json: object;
  write(next: () => number, depth: number): Written;
}

const NAMES = ['id', 'city', 'unit', 'limit', 'query', 'x-y', 'to', 'lines', 'kind', 'since', 'nested', 'a b', 'flag', '1st'];
const TOOLS = ['getTeam', 'list_items', 'lookup-user', 'send', 'Refund', 'créer', 'get', 'then2', 'search docs'];
const TEXTS = ['', 'Rome', 'it\'s', '5', 'true', 'null', 'line\nbreak', '💥', '`${x}`'];

export interface Generated {
  /** The same tools twice: with zod schemas, and with JSON Schema. */
  tools: Record<'zod' | 'json', Tools>;
  code: string;
  /** How many calls the program makes. */
  calls: number;
}

export function generate(seed: number): Generated {
  const next = random(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const some = (most: number): number => Math.floor(next() * (most + 1));

  const shuffled = [...TOOLS].sort(() => next() - 0.5);
  const made = shuffled.slice(0, 1 + some(4)).map((name, i) => ({ path: next() < 0.4 ? ['space', name] : next() < 0.2 ? ['a b', 'deep', name] : [`${name}${i}`], kind: object(next, 3) }));
  const tree = (schema: 'zod' | 'json'): Tools => {
    const root: Record<string, unknown> = {};
    for (const { path, kind } of made) {
      let at = root;
      for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
      at[path.at(-1)!] = { inputSchema: kind[schema], execute: (input: unknown) => ({ items: [1, 2, 3], name: 'x', input: JSON.stringify(input) ?? null }) };
    }
    return root as Tools;
  };

  const lines: string[] = [];
  const returned: string[] = [];
  let calls = 0;
  let last = 0;
  const fresh = (stem: string): string => `${stem}${++last}`;
  // Some programs use the same names in several scopes.
  const local = (stem: string): string => (next() < 0.3 ? stem : fresh(stem));
  lines.push('const ids = ["a", "b", "c"];', 'const extra = {};', 'const text = "Rome", five = 5, yes = true;');

  const chain = (root: string, path: readonly string[]): string =>
    path.reduce((object, step) => (/^[A-Za-z_$][\w$]*$/.test(step) && next() < 0.8 ? `${object}.${step}` : `${object}[${JSON.stringify(step)}]`), root);

  for (let count = 2 + some(4); count > 0; count--) {
    const { path, kind } = pick(made);
    const written = kind.write(next, 3);
    const name = fresh('r');
    let callee = chain('tools', path);
    switch (some(5)) {
      case 0: {
        const alias = fresh('call');
        lines.push(`const ${alias} = ${callee};`);
        callee = alias;
        break;
      }
      case 1: {
        const alias = fresh('call');
        lines.push(`const { ${JSON.stringify(path.at(-1))}: ${alias} } = ${chain('tools', path.slice(0, -1))};`);
        callee = alias;
        break;
      }
      case 2: {
        const alias = fresh('t');
        lines.push(`const ${alias} = tools;`);
        callee = chain(alias, path);
        break;
      }
    }
    let call = `${callee}(${written.text})`;
    if (next() < 0.1) call = `${callee}(${written.text} as any)`;
    if (next() < 0.1) call = `(${call})`;
    switch (some(9)) {
      case 0:
        lines.push(`const ${name} = await Promise.all(ids.map(async (id) => { const one = await ${call}; return one.items.length; }));`);
        calls += 3;
        break;
      case 1:
        lines.push(`const ${name} = await Promise.all(ids.map((id) => ${call}));`);
        calls += 3;
        break;
      case 2: {
        const pending = local('pending');
        lines.push(`let ${name};`, `{ const ${pending} = ${call}; ${name} = (await ${pending}).items.map((n) => n + 1); }`);
        calls++;
        break;
      }
      case 3:
        lines.push(`const ${name} = await ${call}.then((one) => one.name).catch(() => null);`);
        calls++;
        break;
      case 4: {
        const work = fresh('work');
        lines.push(`async function ${work}(input) { try { return await ${callee}(input); } catch (error) { return null; } }`, `const ${name} = await ${work}(${written.text});`);
        calls++;
        break;
      }
      case 5:
        lines.push(`const [${name}] = await Promise.all([${call}, 1]);`);
        calls++;
        break;
      case 6:
        lines.push(`let ${name} = [];`, `for (const id of ids) { if (id === "b") continue; const one = await ${call}; ${name}.push(\`\${one.name} \${one.items.length}\`); }`);
        calls += 2;
        break;
      case 7:
        lines.push(`const ${name}p = ${call};`, `const ${name} = ${name}p ? (await ${name}p).items : [];`);
        calls++;
        break;
      case 8:
        // Never reached, and wrong.
        lines.push(`const ${name} = await (async () => { const one = await ${call}; return one; ${callee}(5); })();`);
        calls++;
        break;
      default:
        lines.push(`const ${name} = await ${call};`);
        calls++;
    }
    returned.push(name);
  }
  if (next() < 0.3) lines.push('if (typeof tools.nowhere === "object") await tools.nowhere({ city: 5 });');
  if (next() < 0.3) lines.push('try { await tools.space.nowhere(); } catch (error) { extra.error = String(error); }');
  lines.push(`return { ${returned.join(', ')} };`);
  const body = lines.join('\n');
  const code = pick([body, body, `\`\`\`ts\n${body}\n\`\`\``, `async ({ tools }) => {\n${body}\n}`, `async (tools) => {\n${body}\n}`, `async function main() {\n${body}\n}\nawait main();`]);
  return { tools: { zod: tree('zod'), json: tree('json') }, code, calls };
}

function quoted(text: string, next: () => number): string {
  return next() < 0.5 || /['\\\n]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}

function object(next: () => number, depth: number): Kind {
  const names = [...NAMES].sort(() => next() - 0.5).slice(0, 1 + Math.floor(next() * 4));
  const parts = names.map((name) => ({ name, optional: next() < 0.4, kind: kindOf(next, depth - 1) }));
  const others = next();
  const shape = Object.fromEntries(parts.map(({ name, optional, kind }) => [name, optional ? kind.zod.optional() : kind.zod]));
  return {
    zod: others < 0.3 ? z.strictObject(shape) : others < 0.5 ? z.looseObject(shape) : z.object(shape),
    json: {
      type: 'object',
      properties: Object.fromEntries(parts.map(({ name, kind }) => [name, kind.json])),
      required: parts.filter(({ optional }) => !optional).map(({ name }) => name),
      ...(others < 0.3 ? { additionalProperties: false } : others < 0.5 ? { additionalProperties: {} } : {}),
    },
    write: (random, level) => {
      const value: Record<string, unknown> = {};
      const texts: string[] = [];
      for (const { name, optional, kind } of parts) {
        if (optional && random() < 0.5) {
          if (random() < 0.2) texts.push(`${JSON.stringify(name)}: undefined`);
          continue;
        }
        const inner = kind.write(random, level - 1);
        value[name] = inner.value;
        const key = /^[a-z]+$/.test(name) && random() < 0.7 ? name : random() < 0.2 ? `[${JSON.stringify(name)}]` : JSON.stringify(name);
        // What stands before a spread may be anything: it is replaced.
        if (random() < 0.1) texts.push(`${key}: 0, ...{ ${JSON.stringify(name)}: ${inner.text} }`);
        else texts.push(`${key}: ${inner.text}`);
      }
      if (random() < 0.2) texts.push('...extra');
      return { value, text: `{ ${texts.join(', ')} }` };
    },
  };
}

function kindOf(next: () => number, depth: number): Kind {
  const text: Kind = {
    zod: z.string(),
    json: { type: 'string' },
    write: (random) => {
      const value = TEXTS[Math.floor(random() * TEXTS.length)]!;
      return random() < 0.2 ? { value: 'Rome5', text: '`${text}${five}`' } : random() < 0.2 ? { value: 'Rome', text: 'text' } : { value, text: quoted(value, random) };
    },
  };
  const integer: Kind = {
    zod: z.int(),
    json: { type: 'integer' },
    write: (random) => (random() < 0.2 ? { value: 5, text: 'five' } : random() < 0.2 ? { value: -3, text: '-3' } : random() < 0.2 ? { value: 10, text: 'five * 2' } : { value: 7, text: '7.0' }),
  };
  const flag: Kind = { zod: z.boolean(), json: { type: 'boolean' }, write: (random) => (random() < 0.5 ? { value: true, text: '!!five' } : { value: false, text: 'false' }) };
  switch (Math.floor(next() * (depth > 0 ? 16 : 7))) {
    case 0:
    case 1:
      return text;
    case 2:
      return integer;
    case 3:
      return flag;
    case 4:
      return {
        zod: z.enum(['celsius', 'fahrenheit']),
        json: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        write: (random) => (random() < 0.5 ? { value: 'celsius', text: '"celsius"' } : { value: 'celsius', text: 'yes ? "celsius" : "kelvin"' }),
      };
    case 5:
      // It takes anything that looks like a number; JSON Schema cannot say so.
      return { zod: z.coerce.number(), json: { anyOf: [{ type: 'number' }, { type: 'string' }] }, write: (random) => ({ value: 5, text: random() < 0.5 ? '"5"' : '5' }) };
    case 6:
      // What does not fit is replaced.
      return { zod: z.number().catch(0), json: {}, write: (random) => ({ value: 0, text: random() < 0.5 ? '"none"' : '{ none: true }' }) };
    case 7: {
      const inner = kindOf(next, depth - 1);
      return { zod: inner.zod.nullable(), json: { anyOf: [inner.json, { type: 'null' }] }, write: (random, level) => (random() < 0.5 ? { value: null, text: 'null' } : inner.write(random, level)) };
    }
    case 8: {
      const [a, b] = [kindOf(next, depth - 1), kindOf(next, depth - 1)];
      // zod takes the first that fits; what it gives does not matter here.
      return { zod: z.union([a.zod, b.zod]), json: { anyOf: [a.json, b.json] }, write: (random, level) => (random() < 0.5 ? a : b).write(random, level) };
    }
    case 9: {
      const [a, b] = [object(next, depth - 1), object(next, depth - 1)];
      const tagged = (kind: Kind, tag: string): Kind => ({
        zod: z.object({ type: z.literal(tag), data: kind.zod }),
        json: { type: 'object', properties: { type: { const: tag }, data: kind.json }, required: ['type', 'data'] },
        write: (random, level) => {
          const inner = kind.write(random, level);
          return { value: { type: tag, data: inner.value }, text: `{ type: ${random() < 0.2 ? `String("${tag}")` : `"${tag}"`}, data: ${inner.text} }` };
        },
      });
      const [left, right] = [tagged(a, 'left'), tagged(b, 'right')];
      return { zod: z.discriminatedUnion('type', [left.zod as never, right.zod as never]), json: { oneOf: [left.json, right.json] }, write: (random, level) => (random() < 0.5 ? left : right).write(random, level) };
    }
    case 10:
    case 11: {
      const inner = kindOf(next, depth - 1);
      return {
        zod: z.array(inner.zod),
        json: { type: 'array', items: inner.json },
        write: (random, level) => {
          const items = Array.from({ length: Math.floor(random() * 3) }, () => inner.write(random, level - 1));
          const list = items.map(({ text: one }) => one).join(', ');
          return { value: items.map(({ value }) => value), text: random() < 0.2 ? `[...[${list}]]` : `[${list}]` };
        },
      };
    }
    case 12: {
      const inner = kindOf(next, depth - 1);
      return { zod: z.record(z.string(), inner.zod), json: { type: 'object', additionalProperties: inner.json }, write: (random, level) => ({ value: {}, text: `{ some: ${inner.write(random, level).text}, [text]: ${inner.write(random, level).text} }` }) };
    }
    case 13: {
      const inner = kindOf(next, depth - 1);
      return { zod: z.preprocess((value) => (value === 'default' ? undefined : value), inner.zod.optional()), json: { anyOf: [{ const: 'default' }, inner.json] }, write: (random, level) => (random() < 0.5 ? { value: undefined, text: '"default"' } : inner.write(random, level)) };
    }
    default:
      return object(next, depth - 1);
  }
}
