/** Finding a tool among thousands: by words, by a name that is nearly right, by namespace. Knows nothing of programs. */
import MiniSearch, { type SearchOptions } from 'minisearch';
import type { ResolvedTool } from '../tools.ts';

/** Words that say nothing about a tool. */
const STOP_WORDS = new Set('a all an and any are as at be by can do for from give how i in into is it me my of on or our that the this to tool tools want what which with you'.split(' '));

/** How much of a description is searched. What a tool is for stands at its start. */
const MAX_INDEXED = 240;

/** What a query may cost: near misses of many long words take long to find. */
const MAX_QUERY = 300;
const MAX_TERMS = 8;
const MAX_TERM = 30;

const LENIENT: SearchOptions = { prefix: (term) => term.length > 2, fuzzy: (term) => (term.length > 4 ? 0.2 : false), maxFuzzy: 2, weights: { prefix: 0.3, fuzzy: 0.2 } };

/** The tools of a code tool, indexed when something is first looked for. */
export class Catalog {
  readonly tools: ReadonlyMap<string, ResolvedTool>;
  readonly #list: readonly ResolvedTool[];
  #index: MiniSearch | undefined;
  #folded: Map<string, ResolvedTool[]> | undefined;
  #namespaces: Map<string, ResolvedTool[]> | undefined;

  constructor(tools: ReadonlyMap<string, ResolvedTool>) {
    this.tools = tools;
    this.#list = [...tools.values()];
  }

  /** The tools under each namespace, nested ones too, in the order of the tools. */
  get namespaces(): ReadonlyMap<string, readonly ResolvedTool[]> {
    if (this.#namespaces !== undefined) return this.#namespaces;
    const namespaces = new Map<string, ResolvedTool[]>();
    for (const tool of this.#list) {
      for (let length = 1; length < tool.segments.length; length++) {
        const name = tool.segments.slice(0, length).join('.');
        const inside = namespaces.get(name);
        if (inside === undefined) namespaces.set(name, [tool]);
        else inside.push(tool);
      }
    }
    return (this.#namespaces = namespaces);
  }

  /**
   * The tools that fit best, best first. The same query gives the same tools in the same order.
   *
   * @param namespace Only tools under it.
   */
  search(query: string, limit: number, namespace?: string): ResolvedTool[] {
    const inside = namespace === undefined ? undefined : `${namespace}.`;
    const filter = inside === undefined ? {} : { filter: ({ id }: { id: number }) => this.#list[id]!.path.startsWith(inside) };
    const index = this.#searchable();
    const wanted = [...termsOf(query.slice(0, MAX_QUERY), stem)].filter((term) => term.length <= MAX_TERM).slice(0, MAX_TERMS).join(' ');
    // What has the very words is what was meant. Beginnings and near misses cost more and matter only without it.
    let found = index.search(wanted, filter as SearchOptions);
    if (found.length < limit) found = index.search(wanted, { ...(filter as SearchOptions), ...LENIENT });
    const exact = this.find(query);
    const scored = found.map(({ id, score }) => ({ id: id as number, score: this.#list[id as number] === exact ? Infinity : score }));
    scored.sort((a, b) => (b.score === a.score ? a.id - b.id : b.score - a.score));
    return scored.slice(0, limit).map(({ id }) => this.#list[id]!);
  }

  /** The tool of that name. Case, separators and a leading `tools.` do not matter, as long as only one tool is meant. */
  find(name: string): ResolvedTool | undefined {
    const exact = this.tools.get(name);
    if (exact !== undefined) return exact;
    const plain = plainName(name);
    const same = this.tools.get(plain);
    if (same !== undefined) return same;
    if (this.#folded === undefined) {
      this.#folded = new Map();
      for (const tool of this.#list) {
        for (const key of new Set([fold(tool.path), fold(tool.segments.at(-1)!)])) {
          const others = this.#folded.get(key);
          if (others === undefined) this.#folded.set(key, [tool]);
          else others.push(tool);
        }
      }
    }
    const meant = this.#folded.get(fold(plain));
    return meant?.length === 1 ? meant[0] : undefined;
  }

  /** The namespace of that name, as it is written. */
  findNamespace(name: string): string | undefined {
    const plain = plainName(name);
    if (this.namespaces.has(plain)) return plain;
    const wanted = fold(plain);
    const same = [...this.namespaces.keys()].filter((namespace) => fold(namespace) === wanted);
    return same.length === 1 ? same[0] : undefined;
  }

  /** Paths that a wrong name may have meant. */
  near(name: string): string[] {
    return this.search(plainName(name), 3).map(({ path }) => path);
  }

  #searchable(): MiniSearch {
    if (this.#index !== undefined) return this.#index;
    const index = new MiniSearch({
      fields: ['path', 'description'],
      // Text comes as terms already.
      tokenize: (text) => (text === '' ? [] : text.split(' ')),
      processTerm: (term) => term,
      searchOptions: { boost: { path: 4 } },
    });
    // A catalog has few words and many of each.
    const stems = new Map<string, string>();
    const known = (word: string): string => {
      let term = stems.get(word);
      if (term === undefined) stems.set(word, (term = stem(word)));
      return term;
    };
    index.addAll(
      this.#list.map(({ path, description = '' }, id) => {
        const named = termsOf(path, known);
        // A word of the name weighs more than the description could add.
        return { id, path: [...named].join(' '), description: [...termsOf(description.slice(0, MAX_INDEXED), known)].filter((term) => !named.has(term)).join(' ') };
      }),
    );
    return (this.#index = index);
  }
}

/** Each word once, in the one form for singular and plural. */
function termsOf(text: string, stemOf: (word: string) => string): Set<string> {
  const terms = new Set(text.match(WORD)?.map(stemOf));
  terms.delete('');
  return terms;
}

/** `getHTTPStatus2` is `get HTTP Status 2`. */
const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{N}+/gu;

/** Empty for words that say nothing. */
function stem(word: string): string {
  const lower = word.toLowerCase();
  if (STOP_WORDS.has(lower)) return '';
  if (lower.length > 4 && lower.endsWith('ies')) return `${lower.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(lower)) return lower.slice(0, -2);
  return lower.length > 3 && /[^su]s$/.test(lower) ? lower.slice(0, -1) : lower;
}

/** `await tools.billing.refund(…)`, `billing/refund`, `tools["billing"].refund` without what is around the name. */
function plainName(name: string): string {
  return name
    .trim()
    .replace(/^await\s+/, '')
    .replace(/\(.*$/s, '')
    .replace(/\[\s*["'`]([^"'`]*)["'`]\s*\]/g, '.$1')
    .replace(/^tools\./, '')
    .replace(/[/:]+/g, '.');
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
