"""Makes docs/screenshot.png from a running program: ``python docs/screenshot.py http://localhost:8501``."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1400, "height": 860}, reduced_motion="reduce")
    page.goto(sys.argv[1])
    page.locator('[data-testid="player"][data-frame]').wait_for()
    page.wait_for_timeout(1500)
    slider = page.get_by_role("slider", name="denoising time")
    slider.focus()
    slider.press("End")
    page.wait_for_timeout(1500)
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=str(Path(__file__).with_name("screenshot.png")))
    browser.close()
