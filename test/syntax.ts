/** The syntax of the project's own files, for tests of what stands in them. */
import { parseSync } from 'vite';

/** A node of the tree (ESTree), as far as the tests look at it. */
export interface SyntaxNode {
  type?: string;
  name?: string;
  value?: unknown;
  source?: SyntaxNode;
  object?: SyntaxNode;
  property?: SyntaxNode;
  callee?: SyntaxNode;
  /** What is awaited. */
  argument?: SyntaxNode;
  arguments?: SyntaxNode[];
}

/** By text. */
const read = new Map<string, readonly SyntaxNode[]>();

/** All nodes of a file, in its order; each text is parsed once a process. The name tells its language. */
export function nodesOf(file: string, text: string): readonly SyntaxNode[] {
  const known = read.get(text);
  if (known) return known;
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const found: SyntaxNode[] = [];
  const visit = (tree: unknown): void => {
    if (typeof tree !== 'object' || tree === null) return;
    if ('type' in tree) found.push(tree as SyntaxNode);
    for (const child of Object.values(tree)) visit(child);
  };
  visit(program);
  read.set(text, found);
  return found;
}
