/**
 * What a key can do, by name, with a sentence for `/keys`. `EDITS` and `DEEDS` say how; a binding to a name that is not
 * here is refused.
 */
export const ACTIONS = {
  submit: 'Send the line, or run the command in it',
  newline: 'Begin a new line in the message',
  cancel: 'Close what is open, leave the selection, or clear the line; twice on an empty line quits',
  complete: 'Complete the word, or take the next offer',
  'complete-back': 'Take the offer before',
  editor: 'Go on writing in your own editor',

  'char-left': 'One character to the left',
  'char-right': 'One character to the right',
  'word-left': 'One word to the left',
  'word-right': 'One word to the right',
  'line-start': 'To the beginning of the line',
  'line-end': 'To the end of the line',
  'delete-left': 'Delete the character to the left',
  'delete-right': 'Delete the character to the right',
  'kill-word-left': 'Cut the word to the left, up to a blank',
  'kill-part-left': 'Cut the word to the left, letters and digits only',
  'kill-word-right': 'Cut the word to the right',
  'kill-to-end': 'Cut to the end of the line',
  'kill-to-start': 'Cut to the beginning of the line',
  yank: 'Put back what was cut',
  'yank-older': 'Right after it: put back what was cut before that',
  transpose: 'Swap the two characters at the cursor',
  'upper-word': 'Make the word upper case',
  'lower-word': 'Make the word lower case',
  'capital-word': 'Begin the word with a capital',
  undo: 'Undo the last change of the line',
  redo: 'Do it again',

  'up-or-older': 'A line up; in the first line the one that was sent before',
  'down-or-newer': 'A line down; in the last line the one that was sent after',
  'history-older': 'The line that was sent before',
  'history-newer': 'The line that was sent after',
  'history-search': 'Search the lines that were sent',

  ...tabActions(),
  'tab-next': 'The next tab',
  'tab-previous': 'The previous tab',
  'tab-active': 'The next tab where something happened, mentions first',
  'tab-last': 'Back to the tab before',
  'tab-close': 'Close the tab',
  switcher: 'Find a tab by some letters of its name',
  'cut-or-switcher': 'Cut to the end of the line; at the end of the line find a tab by name',

  'page-up': 'Scroll a page up',
  'page-down': 'Scroll a page down',
  'scroll-up': 'Scroll a line up',
  'scroll-down': 'Scroll a line down',
  'scroll-top': 'To the oldest line that is here',
  'scroll-bottom': 'To the newest line',
  'jump-unread': 'To the first unread message',
  search: 'Search the messages of this tab',

  'select-older': 'Pick out the message above',
  'select-newer': 'Pick out the message below',
  'selection-leave': 'Leave the selection',
  'selection-reply': 'Reply to it',
  'selection-edit': 'Edit it',
  'selection-delete': 'Delete it',
  'selection-react': 'React to it',
  'selection-forward': 'Forward it',
  'selection-pin': 'Pin it',
  'selection-copy': 'Copy its text',
  'selection-link': 'Open the first link in it',
  'selection-receipts': 'Show who has it and who has read it',
  'selection-resend': 'Send it again, where it was refused',
  'selection-discard': 'Forget it, where it was refused',

  'toggle-nicks': 'Show or hide the list of members',
  'toggle-milliseconds': 'Show or hide how long messages took',
  'toggle-mouse': 'Hear the mouse, or leave it to the terminal',
  redraw: 'Paint everything again',
  suspend: 'Back to the shell for a while',
  quit: 'Quit',
} as const;

function tabActions() {
  return {
    'tab-1': 'Tab 1',
    'tab-2': 'Tab 2',
    'tab-3': 'Tab 3',
    'tab-4': 'Tab 4',
    'tab-5': 'Tab 5',
    'tab-6': 'Tab 6',
    'tab-7': 'Tab 7',
    'tab-8': 'Tab 8',
    'tab-9': 'Tab 9',
  } as const;
}

export type ActionName = keyof typeof ACTIONS;

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
