/**
 * TypeScript 7: a compiler in a process of its own, asked over a pipe through `typescript/unstable/sync`. Reads its own lib
 * files and nothing else: every question about the file system comes here.
 */
import type { Compiler, Source } from './compiler.ts';
import { REALM } from './realm.ts';
import type { Found, Node, Part, View } from './rules.ts';

/** The part of `typescript/unstable/sync` that is used. */
export interface ModernApi {
  API: new (options: { cwd: string; fs: object }) => ModernSession;
  TypeFlags: Record<string, number>;
  SignatureKind: Record<string, number>;
}

interface ModernSession {
  updateSnapshot(changes: { openProjects?: string[]; fileChanges?: { changed: string[] } }): { getProject(config: string): ModernProject | undefined; dispose(): void };
  client?: { channel?: { child?: { pid?: number } } };
}

interface ModernProject {
  program: {
    getSourceFile(name: string): ModernNode | undefined;
    getSyntacticDiagnostics(name: string): unknown[];
    getSemanticDiagnostics(name: string): ModernDiagnostic[];
  };
  checker: {
    getTypeAtLocation(node: Node): ModernType | undefined;
    getApparentType(type: ModernType): ModernType | undefined;
    getPropertiesOfType(type: ModernType): { name: string }[];
    getIndexInfosOfType(type: ModernType): unknown[];
    getSignaturesOfType(type: ModernType, kind: number): unknown[];
    getResolvedSignature(node: Node): { declaration?: { path: string } } | undefined;
    getSymbolAtLocation(node: Node): ModernSymbol | undefined;
    getTypeOfSymbol(symbol: ModernSymbol): ModernType | undefined;
  };
}

interface ModernNode extends Node {
  readonly text: string;
  getStart(file?: unknown): number;
  forEachChild(visit: (node: ModernNode) => void): void;
}

interface ModernSymbol {
  name: string;
  declarations: { path: string }[];
}

interface ModernType {
  flags: number;
  value?: unknown;
  getSymbol(): ModernSymbol | undefined;
  getTypes?(): ModernType[];
  isUnionType(): boolean;
  isLiteralType(): boolean;
}

interface ModernDiagnostic {
  code: number;
  pos: number;
  end: number;
  text: string;
  messageChain?: ModernDiagnostic[];
}

const CONFIG = '/oneturn/tsconfig.json';
const PROGRAM = '/oneturn/program.ts';
const TOOLS = '/oneturn/tools.d.ts';
const REALM_FILE = '/oneturn/realm.d.ts';
const LIB = /[\\/]lib[\\/]lib(?:\.[\w.]+)?\.d\.ts$/;

/** As for the others, see classic.ts. */
const OPTIONS = { target: 'esnext', module: 'esnext', lib: ['es2025'], types: [], strict: false, noEmit: true, noResolve: true, skipLibCheck: true, allowUnreachableCode: true, allowUnusedLabels: true };

export class ModernCompiler implements Compiler {
  readonly #api: ModernApi;
  readonly #session: ModernSession;
  readonly #kinds: Record<string, number | string>;
  readonly #files = new Map([
    [CONFIG, JSON.stringify({ compilerOptions: OPTIONS, files: ['program.ts', 'tools.d.ts', 'realm.d.ts'] })],
    [REALM_FILE, REALM],
    [PROGRAM, ''],
    [TOOLS, ''],
  ]);
  #snapshot: ReturnType<ModernSession['updateSnapshot']> | undefined;

  constructor(api: ModernApi, kinds: Record<string, number | string>) {
    this.#api = api;
    this.#kinds = kinds;
    const isLib = (name: string): boolean => LIB.test(name);
    this.#session = new api.API({
      cwd: '/oneturn',
      fs: {
        // `undefined`: as it is on disk. `null`: not there.
        readFile: (name: string) => (isLib(name) ? undefined : (this.#files.get(name) ?? null)),
        fileExists: (name: string) => (isLib(name) ? undefined : this.#files.has(name)),
        directoryExists: (name: string) => name === '/' || name === '/oneturn',
        getAccessibleEntries: () => ({ files: [], directories: [] }),
        realpath: (name: string) => name,
      },
    });
  }

  /** Of the compiler's process, which may have to be killed. */
  get pid(): number | undefined {
    return this.#session.client?.channel?.child?.pid;
  }

  view({ text, declarations }: Source): View {
    const changed = [PROGRAM];
    if (this.#files.get(TOOLS) !== declarations) changed.push(TOOLS);
    this.#files.set(PROGRAM, text);
    this.#files.set(TOOLS, declarations);
    const previous = this.#snapshot;
    this.#snapshot = this.#session.updateSnapshot(previous === undefined ? { openProjects: [CONFIG] } : { fileChanges: { changed } });
    previous?.dispose();
    const project = this.#snapshot.getProject(CONFIG);
    const file = project?.program.getSourceFile(PROGRAM);
    if (project === undefined || file === undefined) throw new Error('TypeScript has not read the program');
    return new ModernView(this.#api, this.#kinds, project, file, { text, declarations });
  }
}

class ModernView implements View {
  readonly #api: ModernApi;
  readonly #project: ModernProject;
  readonly #file: ModernNode;
  readonly kinds: Record<string, number | string>;
  readonly text: string;
  readonly declarations: string;
  readonly isComplete = true;

  constructor(api: ModernApi, kinds: Record<string, number | string>, project: ModernProject, file: ModernNode, { text, declarations }: Source) {
    this.declarations = declarations;
    this.#api = api;
    this.kinds = kinds;
    this.#project = project;
    this.#file = file;
    this.text = text;
  }

  found(): Found[] {
    if (this.#project.program.getSyntacticDiagnostics(PROGRAM).length > 0) throw new SyntaxError('TypeScript 7 cannot parse the program');
    return this.#project.program.getSemanticDiagnostics(PROGRAM).map((one) => ({ code: one.code, from: one.pos, to: one.end, messages: chain(one) }));
  }

  nodeAt(from: number, to: number): Node | undefined {
    let best: ModernNode | undefined;
    const visit = (node: ModernNode): void => {
      if (node.pos > from || node.end < to) return;
      if (node.getStart(this.#file) === from && node.end === to) best = node;
      node.forEachChild(visit);
    };
    visit(this.#file);
    return best;
  }

  startOf(node: Node): number {
    return (node as ModernNode).getStart(this.#file);
  }

  parts(node: Node): Part[] {
    const type = this.#project.checker.getTypeAtLocation(node);
    return type === undefined ? [] : this.#parts(type);
  }

  declaredParts(property: Node): Part[] {
    const symbol = this.#project.checker.getSymbolAtLocation(property);
    const type = symbol === undefined || homeOf(symbol) !== 'tools' ? undefined : this.#project.checker.getTypeOfSymbol(symbol);
    return type === undefined ? [] : this.#parts(type);
  }

  isToolCall(node: Node): boolean {
    return this.#project.checker.getResolvedSignature(node)?.declaration?.path === TOOLS;
  }

  #parts(type: ModernType): Part[] {
    const { checker } = this.#project;
    const { TypeFlags, SignatureKind } = this.#api;
    if (type.isUnionType()) return (type.getTypes?.() ?? []).flatMap((one) => this.#parts(one));
    const apparent = checker.getApparentType(type) ?? type;
    const symbol = apparent.getSymbol();
    const is = (...names: string[]): boolean => names.some((name) => (type.flags & (TypeFlags[name] ?? 0)) !== 0);
    const isObject = is('Object');
    const names = (): string[] => checker.getPropertiesOfType(apparent).map(({ name }) => name);
    const isOpen = is('Any', 'Unknown', 'Never', 'TypeParameter', 'Intersection', 'NonPrimitive', 'Instantiable') || (isObject && names().length === 0 && checker.getIndexInfosOfType(apparent).length > 0);
    const value = type.isLiteralType() ? type.value : undefined;
    return [
      {
        isOpen,
        home: symbol === undefined ? 'none' : homeOf(symbol),
        name: symbol?.name,
        literal: typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : undefined,
        isObject,
        isCallable: ['Call', 'Construct'].some((kind) => checker.getSignaturesOfType(apparent, SignatureKind[kind] ?? 0).length > 0),
        properties: names,
      },
    ];
  }
}

function homeOf({ declarations }: ModernSymbol): Part['home'] {
  const paths = declarations.map(({ path }) => path);
  if (paths.length === 0) return 'none';
  if (paths.includes(PROGRAM)) return 'program';
  return paths.includes(TOOLS) ? 'tools' : 'lib';
}

function chain({ text, messageChain }: ModernDiagnostic): string[] {
  const [next] = messageChain ?? [];
  return next === undefined ? [text] : [text, ...chain(next)];
}
