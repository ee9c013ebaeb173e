import { spawn } from 'node:child_process';
import type { Ports } from '@tpx/terminal';
import { harmlessAddress } from '../paint/harmless.ts';

const OPENER = process.platform === 'darwin' ? 'open' : 'xdg-open';

/** By the desktop's own opener, which is told nothing else and outlives us. */
export const desktopLinks: Ports['links'] = {
  open(url) {
    const address = harmlessAddress(url);
    if (address === undefined) return Promise.reject(new Error('Only web and mail addresses are opened.'));
    return new Promise((resolve, reject) => {
      const child = spawn(OPENER, [address], { stdio: 'ignore', detached: true });
      child.once('error', () => reject(new Error(`There is no ${OPENER} here. The address is ${address}`)));
      child.once('spawn', () => {
        child.unref();
        resolve();
      });
    });
  },
};
