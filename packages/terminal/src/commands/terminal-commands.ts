import { ACTIONS } from '../keys/actions.ts';
import { bindingFaults, bindingsOf, type ListedBinding, listBindings } from '../keys/bindings.ts';
import { UsageError } from '../language/usage-error.ts';
import { KEY_PRESETS, type Preferences } from '../preferences/preferences.ts';
import { THEMES } from '../themes/themes.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';

type Switch = {
  [Name in keyof Preferences]: Preferences[Name] extends boolean ? Name : never;
}[keyof Preferences];

export const TERMINAL_COMMANDS = [
  command({
    name: 'theme',
    aliases: [],
    args: [{ name: 'theme', kind: 'theme', optional: true }],
    help: 'Change the colours; alone it lists the themes.',
    permission: { needs: 'anybody' },
    async run({ preferences }, { theme }) {
      const themes = [...THEMES.keys()];
      if (theme !== undefined) {
        if (!themes.includes(theme))
          throw new UsageError(`There is no theme “${theme}”. There are ${themes.join(', ')}.`);
        await preferences.change({ theme });
      }
      return { theme: preferences.current.theme, themes };
    },
    show: ({ theme, themes }) => themes.map((one) => `${one === theme ? '>' : ' '} ${one}`),
  }),
  command({
    name: 'keys',
    aliases: ['key'],
    args: [{ name: 'preset', kind: 'word', choices: KEY_PRESETS, optional: true }],
    help: 'The keys and what they do; with a preset it takes that one.',
    details: 'Single keys are bound by /bind.',
    examples: ['/keys halloy'],
    permission: { needs: 'anybody' },
    async run({ preferences }, { preset }) {
      const keys = KEY_PRESETS.find((one) => one === preset);
      if (keys !== undefined) await preferences.change({ keys });
      const { current } = preferences;
      return { preset: current.keys, bindings: listBindings(bindingsOf(current)) };
    },
    show: ({ preset, bindings }) => {
      const width = Math.max(0, ...bindings.map(({ keys }) => keys.length)) + 2;
      const those = (wanted: ListedBinding['on']) =>
        bindings.filter(({ on }) => on === wanted).map(({ keys, does }) => `${keys.padEnd(width)}${does}`);
      return [
        { kind: 'heading', text: `Keys as in ${preset}` },
        ...those('always'),
        { kind: 'heading', text: 'While a message is picked out' },
        ...those('message'),
      ];
    },
  }),
  command({
    name: 'bind',
    aliases: [],
    args: [
      { name: 'keys', kind: 'word' },
      { name: 'action', kind: 'word', choices: Object.keys(ACTIONS) },
    ],
    help: 'Let a key do something else than in the preset.',
    details:
      'Tab offers the actions. For while a message is picked out, put the word selection before the key.',
    examples: ['/bind ctrl+g switcher', '/bind "selection x" cancel'],
    permission: { needs: 'anybody' },
    run: async ({ preferences }, { keys = '', action = '' }) => await bind(preferences, keys, action),
    show: ({ keys, action }) => [`${keys} does ${action} now.`],
  }),
  command({
    name: 'unbind',
    aliases: [],
    args: [{ name: 'keys', kind: 'word' }],
    help: 'Let a key do nothing; where you have bound it yourself, what it does in the preset.',
    examples: ['/unbind ctrl+g'],
    permission: { needs: 'anybody' },
    async run({ preferences }, { keys = '' }) {
      const { [keys]: own, ...others } = preferences.current.bindings;
      if (own === undefined) return await bind(preferences, keys, false);
      await preferences.change({ bindings: others });
      return { keys, action: 'what the preset says' };
    },
    show: ({ keys, action }) => [`${keys} does ${action === false ? 'nothing' : action} now.`],
  }),
  toggle('nicks', 'showNicks', 'Show or hide the list of who is here.', 'The list of names'),
  toggle('milliseconds', 'showMilliseconds', 'Show or hide how long each message took.', 'Milliseconds', [
    'ms',
  ]),
  toggle('mouse', 'mouse', 'Let the terminal hear the mouse, or leave it to select text.', 'The mouse'),
  toggle('bell', 'bell', 'Ring for what is loud, or stay quiet altogether.', 'The bell'),
  command({
    name: 'clear',
    aliases: ['c', 'cl'],
    args: [],
    help: 'Take what the open tab shows off the screen; scrolling back brings it again.',
    permission: { needs: 'anybody' },
    async run({ view }) {
      view.clear();
      return {};
    },
  }),
  command({
    name: 'quit',
    aliases: ['exit', 'bye'],
    args: [],
    help: 'Leave; you stay signed in.',
    permission: { needs: 'anybody' },
    async run(context) {
      context.quit();
      return {};
    },
  }),
] as const;

/** @throws {UsageError} */
async function bind(preferences: CommandContext['preferences'], keys: string, action: string | false) {
  const [fault] = bindingFaults({ [keys]: action });
  if (fault !== undefined) throw new UsageError(fault);
  await preferences.change({ bindings: { ...preferences.current.bindings, [keys]: action } });
  return { keys, action };
}

function toggle(
  name: string,
  preference: Switch,
  help: string,
  what: string,
  aliases: readonly string[] = [],
) {
  return command({
    name,
    aliases,
    args: [{ name: 'state', kind: 'word', choices: ['on', 'off'], optional: true }],
    help,
    permission: { needs: 'anybody' },
    async run({ preferences }: CommandContext, { state }) {
      const on = state === undefined ? !preferences.current[preference] : state === 'on';
      await preferences.change({ [preference]: on });
      return { on };
    },
    show: ({ on }) => [`${what}: ${on ? 'on' : 'off'}.`],
  });
}
