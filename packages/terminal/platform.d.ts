// The only globals the terminal may use beyond the language: every platform it runs on has them, while the DOM and Node
// typings would let far more slip in.

declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly protocol: string;
}
