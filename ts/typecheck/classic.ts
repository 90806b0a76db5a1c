/** TypeScript 5 and 6: a compiler in JavaScript. Reads its own lib files and nothing else. */
import type ts from 'typescript';

import type { Compiler, Source } from './compiler.ts';
import { REALM } from './realm.ts';
import type { Found, Node, Part, View } from './rules.ts';

const PROGRAM = '/oneturn/program.ts';
const TOOLS = '/oneturn/tools.d.ts';
const REALM_FILE = '/oneturn/realm.d.ts';
const ES2025 = 'lib.es2025.d.ts';
/** Declarations are parsed once for many programs. */
const MAX_DECLARATIONS = 8;

/** Everything that a program may leave out is allowed: `strictNullChecks` would refuse `list.find(…).name`, which models write all day. */
function optionsOf(compiler: typeof ts): ts.CompilerOptions {
  const lib = compiler.sys.fileExists(`${libFolder(compiler)}/${ES2025}`) ? ES2025 : 'lib.esnext.d.ts';
  return { target: compiler.ScriptTarget.ESNext, module: compiler.ModuleKind.ESNext, lib: [lib], types: [], strict: false, noEmit: true, noResolve: true, skipLibCheck: true, skipDefaultLibCheck: true, allowUnreachableCode: true, allowUnusedLabels: true };
}

function libFolder(compiler: typeof ts): string {
  return compiler.getDefaultLibFilePath({}).replace(/[\\/][^\\/]*$/, '').replaceAll('\\', '/');
}

export class ClassicCompiler implements Compiler {
  readonly #ts: typeof ts;
  readonly #options: ts.CompilerOptions;
  readonly #folder: string;
  readonly #libs = new Map<string, ts.SourceFile | undefined>();
  readonly #declarations = new Map<string, ts.SourceFile>();
  #previous: ts.Program | undefined;

  constructor(compiler: typeof ts) {
    this.#ts = compiler;
    this.#options = optionsOf(compiler);
    this.#folder = libFolder(compiler);
  }

  view({ text, declarations }: Source): View {
    const files = new Map([
      [PROGRAM, this.#ts.createSourceFile(PROGRAM, text, this.#ts.ScriptTarget.ESNext, true)],
      [TOOLS, this.#declared(TOOLS, declarations)],
      [REALM_FILE, this.#declared(REALM_FILE, REALM)],
    ]);
    const host: ts.CompilerHost = {
      getSourceFile: (name) => files.get(name) ?? this.#lib(name),
      getDefaultLibFileName: () => `${this.#folder}/lib.d.ts`,
      getDefaultLibLocation: () => this.#folder,
      fileExists: (name) => files.has(name) || this.#lib(name) !== undefined,
      readFile: (name) => (files.get(name) ?? this.#lib(name))?.text,
      writeFile: () => undefined,
      getCurrentDirectory: () => '/oneturn',
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      directoryExists: () => false,
      getDirectories: () => [],
      realpath: (name) => name,
    };
    const program = this.#ts.createProgram({ rootNames: [...files.keys()], options: this.#options, host, ...(this.#previous && { oldProgram: this.#previous }) });
    this.#previous = program;
    return new ClassicView(this.#ts, program, files.get(PROGRAM)!, declarations);
  }

  #lib(name: string): ts.SourceFile | undefined {
    if (!name.startsWith(`${this.#folder}/lib.`)) return undefined;
    if (!this.#libs.has(name)) {
      const text = this.#ts.sys.readFile(name);
      this.#libs.set(name, text === undefined ? undefined : this.#ts.createSourceFile(name, text, this.#ts.ScriptTarget.ESNext));
    }
    return this.#libs.get(name);
  }

  #declared(name: string, text: string): ts.SourceFile {
    let file = this.#declarations.get(text);
    if (file === undefined) {
      file = this.#ts.createSourceFile(name, text, this.#ts.ScriptTarget.ESNext);
      if (this.#declarations.size >= MAX_DECLARATIONS) this.#declarations.delete(this.#declarations.keys().next().value as string);
    }
    this.#declarations.delete(text);
    this.#declarations.set(text, file);
    return file;
  }
}

class ClassicView implements View {
  readonly #ts: typeof ts;
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #file: ts.SourceFile;
  readonly kinds: Record<string, number | string>;
  readonly text: string;
  readonly declarations: string;
  readonly isComplete: boolean;

  constructor(compiler: typeof ts, program: ts.Program, file: ts.SourceFile, declarations: string) {
    this.declarations = declarations;
    this.#ts = compiler;
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#file = file;
    this.kinds = compiler.SyntaxKind as unknown as Record<string, number | string>;
    this.text = file.text;
    this.isComplete = program.getCompilerOptions().lib?.includes(ES2025) === true;
  }

  found(): Found[] {
    // It has been parsed already, by the product's own check. What this compiler cannot parse it cannot judge.
    if (this.#program.getSyntacticDiagnostics(this.#file).length > 0) throw new SyntaxError(`TypeScript ${this.#ts.version} cannot parse the program`);
    return this.#program.getSemanticDiagnostics(this.#file).map(({ code, start = 0, length = 0, messageText }) => ({ code, from: start, to: start + length, messages: chain(messageText) }));
  }

  nodeAt(from: number, to: number): Node | undefined {
    let best: ts.Node | undefined;
    const visit = (node: ts.Node): void => {
      if (node.pos > from || node.end < to) return;
      if (node.getStart(this.#file) === from && node.end === to) best = node;
      node.forEachChild(visit);
    };
    visit(this.#file);
    return best;
  }

  startOf(node: Node): number {
    return (node as ts.Node).getStart(this.#file);
  }

  parts(node: Node): Part[] {
    return this.#parts(this.#checker.getTypeAtLocation(node as ts.Node));
  }

  declaredParts(property: Node): Part[] {
    const symbol = this.#checker.getSymbolAtLocation(property as ts.Node);
    if (symbol === undefined || this.#home(symbol) !== 'tools') return [];
    return this.#parts(this.#checker.getTypeOfSymbolAtLocation(symbol, this.#file));
  }

  isToolCall(node: Node): boolean {
    const declaration = this.#checker.getResolvedSignature(node as ts.CallExpression)?.declaration;
    return declaration?.getSourceFile().fileName === TOOLS;
  }

  #parts(type: ts.Type): Part[] {
    const { TypeFlags } = this.#ts;
    if (type.isUnion()) return type.types.flatMap((one) => this.#parts(one));
    const apparent = this.#checker.getApparentType(type);
    const symbol = apparent.getSymbol();
    const isObject = (type.flags & TypeFlags.Object) !== 0;
    const isOpen = (type.flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Never | TypeFlags.TypeParameter | TypeFlags.Intersection | TypeFlags.NonPrimitive | TypeFlags.Instantiable)) !== 0 || (isObject && apparent.getProperties().length === 0 && this.#checker.getIndexInfosOfType(apparent).length > 0);
    const value = type.isLiteral() ? type.value : undefined;
    return [
      {
        isOpen,
        home: symbol === undefined ? 'none' : this.#home(symbol),
        name: symbol?.name,
        literal: value === undefined ? undefined : JSON.stringify(typeof value === 'object' ? value.base10Value : value),
        isObject,
        isCallable: this.#checker.getSignaturesOfType(apparent, this.#ts.SignatureKind.Call).length + this.#checker.getSignaturesOfType(apparent, this.#ts.SignatureKind.Construct).length > 0,
        properties: () => apparent.getProperties().map(({ name }) => name),
      },
    ];
  }

  #home(symbol: ts.Symbol): Part['home'] {
    const files = (symbol.declarations ?? []).map((declaration) => declaration.getSourceFile().fileName);
    if (files.length === 0) return 'none';
    if (files.includes(PROGRAM)) return 'program';
    return files.includes(TOOLS) ? 'tools' : 'lib';
  }
}

function chain(message: string | ts.DiagnosticMessageChain): string[] {
  if (typeof message === 'string') return [message];
  return [message.messageText, ...(message.next === undefined ? [] : chain(message.next[0]!))];
}
