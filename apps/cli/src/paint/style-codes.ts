import type { Color, Style } from '@tpx/terminal';
import { nearestOf16, nearestOf256, rgbOf } from './nearest-color.ts';
import type { ColorDepth } from './terminal-traits.ts';

const ATTRIBUTES = { bold: 1, dim: 2, italic: 3, underline: 4, inverse: 7, strike: 9 } as const;
const attributes = Object.entries(ATTRIBUTES) as [keyof typeof ATTRIBUTES, number][];
const COLOR = /^#[0-9a-f]{6}$/i;

/** Select Graphic Rendition for a style, beginning from nothing; made once a style. */
export class StyleCodes {
  readonly #depth: ColorDepth;
  readonly #made = new WeakMap<Style, string>();

  constructor(depth: ColorDepth) {
    this.#depth = depth;
  }

  of(style: Style): string {
    let code = this.#made.get(style);
    if (code === undefined) {
      code = `\u001b[${[0, ...this.#parameters(style)].join(';')}m`;
      this.#made.set(style, code);
    }
    return code;
  }

  #parameters(style: Style): (number | string)[] {
    return [
      ...attributes.flatMap(([name, code]) => (style[name] ? [code] : [])),
      ...(style.fg === undefined ? [] : this.#color(style.fg, 'fg')),
      ...(style.bg === undefined ? [] : this.#color(style.bg, 'bg')),
    ];
  }

  #color(color: Color, plane: 'fg' | 'bg'): (number | string)[] {
    if (this.#depth === 'none' || !COLOR.test(color)) return [];
    const base = plane === 'fg' ? 30 : 40;
    if (this.#depth === '16') {
      const index = nearestOf16(color);
      return [index < 8 ? base + index : base + 60 + index - 8];
    }
    const extended = base + 8;
    return this.#depth === '256' ? [extended, 5, nearestOf256(color)] : [extended, 2, ...rgbOf(color)];
  }
}
