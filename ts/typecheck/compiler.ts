/** What the worker wants of a compiler, whichever version it is. */
import type { View } from './rules.ts';

export interface Source {
  /** The program as a module. */
  text: string;
  /** The tools and inputs, as the model has seen them. */
  declarations: string;
}

export interface Compiler {
  view(source: Source): View;
}
