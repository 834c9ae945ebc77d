// A tool: photographs, camera and videos segmented, and a model taught, all in this page and its worker.
import { connectTabs } from './dom.js';
import { connectOffline } from './offline.js';
import { connectPicture } from './picture-panel.js';
import { connectModel } from './session.js';
import { connectTeaching } from './teach-panel.js';
import { connectVideo } from './video-panel.js';

const showTab = connectTabs();
connectModel();
connectPicture(showTab);
connectVideo();
connectTeaching(showTab);
connectOffline();
