import huepress from './huepress.mjs'; // a copy of src/huepress/integrations/vite.mjs

export default { plugins: [huepress({ options: ['--effort', 'fast'] })] };
