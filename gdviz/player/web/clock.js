// One clock for all panels: progress from 0 (noise) to 1 (data), a rest at the end, then again.

const RUN_SECONDS = 6; // one run at speed 1
const REST_SECONDS = 2; // seconds at the end before it starts again

export class Clock {
  /** @param {() => void} onTick */
  constructor(onTick) {
    this.onTick = onTick;
    this.progress = 0;
    this.playing = false;
    this.speed = 1;
    this.rest = 0; // seconds spent at the end
    /** @type {number | null} */
    this.last = null; // when it ticked last
    this.request = 0;
    this.tick = this.tick.bind(this);
  }

  play() {
    if (this.playing) return;
    if (this.progress >= 1) this.progress = 0;
    Object.assign(this, { playing: true, rest: 0, last: null });
    this.request = requestAnimationFrame(this.tick);
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.request);
  }

  /** @type {(progress: number) => void} */
  seek(progress) {
    this.progress = Math.min(1, Math.max(0, progress));
    this.rest = 0;
  }

  /** @type {(now: number) => void} */
  tick(now) {
    if (!this.playing) return;
    const passed = this.last === null ? 0 : Math.min(0.25, (now - this.last) / 1000); // a hidden tab does not leap on return
    this.last = now;
    if (this.progress < 1) {
      this.progress = Math.min(1, this.progress + (passed * this.speed) / RUN_SECONDS);
    } else {
      this.rest += passed;
      if (this.rest >= REST_SECONDS) this.seek(0);
    }
    this.onTick();
    this.request = requestAnimationFrame(this.tick);
  }
}
