import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Person, startServer, type TestServer, until } from '@tpx/testkit';
import { type CliHome, cliHome } from './cli.fixture.ts';
import { hasTmux, type Pane, signedIn, Tmux } from './terminal.fixture.ts';

let server: TestServer;
let home: CliHome;
let tmux: Tmux;
let ann: Person;
beforeAll(async () => {
  if (!hasTmux) return;
  home = await cliHome();
  tmux = new Tmux('life', home);
  server = await startServer();
  ann = await signedIn(home, server, 'ann');
}, 90_000);
afterAll(async () => {
  await tmux?.[Symbol.asyncDispose]();
  await Promise.all([server?.[Symbol.asyncDispose](), home?.[Symbol.asyncDispose]()]);
}, 60_000);

/** The client's own process: the last of the shell's descendants. */
async function clientPid(pane: Pane): Promise<number> {
  const shell = await pane.ask('pane_pid');
  return await until(
    () => {
      const { stdout } = Bun.spawnSync(['ps', '-o', 'pid=', '--ppid', shell]);
      return Number(stdout.toString().trim().split('\n').at(-1)) || undefined;
    },
    { what: 'the client to run' },
  );
}

/** The shell is back on its own screen, echoes what is typed, and has its cursor. */
async function expectRestored(pane: Pane): Promise<void> {
  await pane.press("echo 'still' here<Enter>");
  await pane.shows('still here');
  expect(
    await Promise.all(['alternate_on', 'cursor_flag', 'mouse_any_flag'].map((flag) => pane.ask(flag))),
  ).toEqual(['0', '1', '0']);
}

const online = 'online';

describe.skipIf(!hasTmux)('TERM-77 the terminal is given back', () => {
  const end: [string, (pane: Pane) => Promise<void>][] = [
    ['/quit', (pane) => pane.press('/quit<Enter>')],
    ['SIGTERM', async (pane) => void process.kill(await clientPid(pane), 'SIGTERM')],
    ['SIGINT', async (pane) => void process.kill(await clientPid(pane), 'SIGINT')],
    ['SIGHUP', async (pane) => void process.kill(await clientPid(pane), 'SIGHUP')],
  ];
  test.each(end)('TERM-77 after %s', async (_how, act) => {
    const pane = await tmux.open(['-P', 'ann']);
    await pane.shows(online);
    expect(await pane.ask('alternate_on')).toBe('1');
    await act(pane);
    await pane.shows((screen) => !screen.text.includes(online));
    await expectRestored(pane);
  });

  test('TERM-77 after a crash, with its cause', async () => {
    const preload = join(home.folder, 'crash.ts');
    await writeFile(preload, "process.on('SIGUSR2', () => { throw new Error('a bug on purpose'); });\n");
    const pane = await tmux.open(['-P', 'ann'], { env: { BUN_OPTIONS: `--preload=${preload}` } });
    await pane.shows(online);
    process.kill(await clientPid(pane), 'SIGUSR2');
    await pane.shows('a bug on purpose');
    await expectRestored(pane);
    await pane.triple('$', 'clear; false || echo code $?<Enter>', 'code 1');
  });
});

describe.skipIf(!hasTmux)('TERM-78 jobs and windows', () => {
  test('TERM-78 Ctrl+Z goes back to the shell, fg comes back to the same screen', async () => {
    const pane = await tmux.open(['-P', 'ann']);
    await pane.triple(online, 'half a thought<C-z>', 'Stopped');
    await expectRestored(pane);
    await pane.triple('still here', 'fg<Enter>', 'half a thought');
    await pane.shows(ann.username);
    await pane.triple('half a thought', '<C-u>/quit<Enter>', (screen) => !screen.text.includes(online));
  });

  test('TERM-78 also where npm started it, and again', async () => {
    const root = resolve(import.meta.dirname, '..');
    const program = ['npm', 'run', '--silent', '--prefix', root, 'tpx', '--'];
    const pane = await tmux.open(['-P', 'ann'], { program });
    await pane.shows(online);
    await pane.press('half a thought');
    for (const round of ['first', 'second']) {
      await pane.triple('half a thought', '<C-z>', 'Stopped');
      await expectRestored(pane);
      await pane.triple('still here', 'clear; fg<Enter>', 'half a thought');
      await pane.triple('half a thought', ` ${round}`, `thought ${round}`);
      await pane.press('<C-w><BSpace>');
    }
    await pane.triple('half a thought', '<C-u>/quit<Enter>', (screen) => !screen.text.includes(online));
  });

  test('TERM-78 a storm of new sizes leaves the screen whole', async () => {
    const pane = await tmux.open(['-P', 'ann'], { columns: 100, rows: 30 });
    await pane.shows(online);
    await pane.press('steady');
    for (let step = 0; step < 30; step++)
      await pane.resize(40 + ((step * 37) % 120), 10 + ((step * 13) % 30));
    await pane.resize(100, 30);
    const screen = await pane.shows(
      (now) => /online/.test(now.rows.at(-1) ?? '') && now.text.includes('› steady'),
    );
    expect(screen.rows).toHaveLength(30);
    expect(screen.text.match(/steady/g)).toHaveLength(1);
    expect(screen.text.match(/online/g)).toHaveLength(1);
    await pane.triple('steady', '<C-u>/quit<Enter>', (now) => !now.text.includes(online));
  });
});

describe.skipIf(!hasTmux)('TERM-79 what the terminal lends', () => {
  test('TERM-79 a long message is written in the own editor, in a file that is gone afterwards', async () => {
    const editor = join(home.folder, 'editor.sh');
    await writeFile(
      editor,
      '#!/bin/sh\nstat -c "mode %a" "$1"\nread -p "edit? " line\nprintf "%s\\nin two lines" "$line" > "$1"\n',
      { mode: 0o755 },
    );
    const pane = await tmux.open(['-P', 'ann'], { env: { EDITOR: editor, TMPDIR: home.folder } });
    await pane.triple(online, '<M-e>', 'mode 600');
    const screen = await pane.triple('edit?', 'from my editor<Enter>', 'in two lines');
    expect(screen.text).toContain('in two lines');
    expect(await Array.fromAsync(new Bun.Glob('tpx-message-*').scan({ cwd: home.folder }))).toEqual([]);
    await pane.press('<C-c><C-c>');
    await pane.press('/quit<Enter>');
    await pane.shows((now) => !now.text.includes(online));
  });
});
