// The worker's own script, as one text: gdviz/player/bundle.py fills it in. Empty where no worker can be started, as on a
// standalone page, whose policy keeps every request out.

export const WORKER_SCRIPT = "";
