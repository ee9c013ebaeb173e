import type { Connection } from '@tpx/sdk';
import type { Draft } from '../editing/draft.ts';
import type { Preferences } from '../preferences/preferences.ts';
import type { Overlay } from './overlay.ts';
import type { Anchor, Completion, Notice, Scroll, TabStart } from './state.ts';

/** Everything that can happen to the state. What needs the outside world has been asked before. */
export type Change = WorldChange | TabChange | LineChange;

export type WorldChange =
  | { type: 'resized'; columns: number; rows: number }
  /** `readSeq`: how far the open tab is read, for where its unread line goes when it is not looked at. */
  | { type: 'focused'; focused: boolean; readSeq: number }
  | { type: 'connection'; connection: Connection }
  | { type: 'lag'; ms: number }
  | { type: 'preferences'; preferences: Preferences }
  | { type: 'people' }
  | { type: 'progress'; text: string | undefined }
  | { type: 'quitting'; quitting: boolean };

export type TabChange =
  | { type: 'tab added'; tab: TabStart; at?: number }
  | { type: 'tab removed'; id: string }
  /** `readSeq`: how far the tab that is left is read. */
  | { type: 'tab opened'; id: string; readSeq: number }
  | { type: 'message'; tab: string; counts: 'no' | 'unread' | 'mention' }
  | { type: 'changed'; tab: string }
  | { type: 'presence'; tab: string }
  /** The read mark moved, here or on another device. */
  | ({ type: 'read'; tab: string; seq: number } & Pick<TabStart, 'unread' | 'unreadMore' | 'mentions'>)
  | { type: 'notice'; tab: string; notice: Notice }
  | { type: 'scrolled'; tab: string; scroll: Scroll }
  | { type: 'cleared'; tab: string; anchor: Anchor | undefined }
  | { type: 'selected'; tab: string; id: string | undefined };

export type LineChange =
  | { type: 'drafted'; draft: Draft; kills?: readonly string[] }
  | { type: 'line sent'; line: string }
  | { type: 'history loaded'; lines: readonly string[] }
  | { type: 'history moved'; by: -1 | 1 }
  | { type: 'overlay'; overlay: Overlay | undefined }
  | { type: 'completion'; completion: Completion | undefined };
