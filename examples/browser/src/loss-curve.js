import { element } from './dom.js';

/** Draws the losses of a training so far. @param losses Pairs of step and loss */
export function drawCurve(losses, steps) {
  const canvas = element('curve');
  canvas.hidden = false;
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  const most = Math.max(...losses.map(([, loss]) => loss));
  const x = (step) => 40 + ((width - 50) * step) / steps;
  const y = (loss) => height - 24 - ((height - 40) * loss) / most;
  context.strokeStyle = '#1f5fd0';
  context.lineWidth = 2;
  context.beginPath();
  for (const [step, loss] of losses) context.lineTo(x(step), y(loss));
  context.stroke();
  context.fillStyle = '#444';
  context.font = '12px system-ui';
  context.fillText(most.toFixed(1), 6, y(most) + 4);
  context.fillText('0', 6, y(0) + 4);
  context.fillText(`step ${steps}`, width - 64, height - 6);
  canvas.setAttribute('aria-label', `Loss by step: ${losses.at(-1)[1].toFixed(2)} at step ${losses.at(-1)[0] + 1}`);
}
