// A Vite plugin: the pictures of a build are compressed when it is done. It calls the command.
//
//   import huepress from './huepress.mjs';            // a copy of this file
//   export default { plugins: [huepress({ options: ['--quality', '85'] })] };
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export default function huepress({ command = 'huepress', options = [], enabled = true } = {}) {
  let config;
  return {
    name: 'huepress',
    apply: 'build',
    configResolved(resolved) { config = resolved; },
    async closeBundle() {
      if (!enabled || config.build.ssr || config.build.write === false) return;
      const folder = resolve(config.root, config.build.outDir);
      const words = ['compress', folder, '-r', '--in-place', '--no-manifest', ...options];
      try {
        const { stdout } = await run(command, words, { maxBuffer: 1 << 28 });
        config.logger.info(stdout.trim().split('\n').pop());
      } catch (error) {
        if (error.code === 'ENOENT') throw new Error(`${command} is not installed: pip install huepress`);
        throw new Error(error.stderr || error.message);
      }
    },
  };
}
