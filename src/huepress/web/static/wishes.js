// What is wanted of a picture, and whether that is what the server made.

export const keyOf = (options) => JSON.stringify(Object.entries(options).sort());

export const isWanted = (picture) =>
  Boolean(picture?.job) && keyOf(picture.job.options) === picture.wish;
export const isDone = (picture) => isWanted(picture) && picture.job.state === "done";
export const isBusy = (picture) =>
  Boolean(picture.wish) && !(isWanted(picture) && ["done", "failed", "cancelled"].includes(picture.job.state));
