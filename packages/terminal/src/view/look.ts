import type { State } from '../state/state.ts';
import type { Theme } from '../themes/theme.ts';
import { themeOf } from '../themes/themes.ts';

/** How messages are laid out now. One object until something in it changes: rows are remembered by it. */
export type Look = {
  readonly theme: Theme;
  /** Columns for the messages, without the list of members. */
  readonly width: number;
  /** Columns before the text. */
  readonly indent: number;
  /** Right-aligned names in a column of their own; 0 where there is no room and the name stands before the text. */
  readonly nickWidth: number;
  readonly seconds: boolean;
  readonly milliseconds: boolean;
  readonly peopleVersion: number;
  readonly preferences: State['preferences'];
};

/** Narrower, and names and texts share a line. */
const COLUMNS_FOR_NICKS = 60;
const COLUMNS_FOR_SECONDS = 110;

export function lookOf({ preferences, peopleVersion }: State, width: number): Look {
  const nickWidth = width < COLUMNS_FOR_NICKS ? 0 : width < COLUMNS_FOR_SECONDS ? 10 : 14;
  const seconds = width >= COLUMNS_FOR_SECONDS;
  const timeWidth = seconds ? 8 : 5;
  return {
    theme: themeOf(preferences.theme),
    width,
    // The time, a blank, the name, a blank, the line, a blank.
    indent: nickWidth === 0 ? timeWidth + 1 : timeWidth + 1 + nickWidth + 3,
    nickWidth,
    seconds,
    milliseconds: preferences.showMilliseconds,
    peopleVersion,
    preferences,
  };
}

export function isSameLook(one: Look, other: Look): boolean {
  return (Object.keys(one) as (keyof Look)[]).every((part) => one[part] === other[part]);
}
