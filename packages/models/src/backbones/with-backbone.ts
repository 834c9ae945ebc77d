import type { Network } from '../systems/system.ts';
import type { Backbone } from './backbone.ts';

/** Network whose backbone is a part of its own: of every system but MaX-DeepLab, whose encoder is the network. */
export type NetworkWithBackbone = Network & { readonly backbone: Backbone };

/** True for a network whose backbone is a part of its own. */
export function hasBackbone(network: Network): network is NetworkWithBackbone {
  return 'backbone' in network;
}

/**
 * Puts another backbone before the rest of a network, one that answers from memory for example. Parameters are shared, and the
 * network that is given stays as it is.
 *
 * @param backbone Its maps have the sizes and channels of the network's own
 */
export function withBackbone<N extends NetworkWithBackbone>(network: N, backbone: Backbone): N {
  return Object.create(network, { backbone: { value: backbone } }) as N;
}
