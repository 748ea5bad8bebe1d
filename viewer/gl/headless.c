/* EGL is opened at run time: a machine that has none can still open windows. Its functions are
 * fetched by hand, since a loader for them would want a display before there is one. */
#include "headless.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "gl.h"

struct headless {
    void *library;
    EGLDisplay display;
    EGLContext context;
    PFNEGLGETPROCADDRESSPROC get;
    PFNEGLMAKECURRENTPROC make_current;
    PFNEGLDESTROYCONTEXTPROC destroy_context;
    PFNEGLTERMINATEPROC terminate;
    PFNEGLRELEASETHREADPROC release_thread;
};

/* An object pointer as a function pointer, which C has no conversion for. */
static PFNEGLGETPROCADDRESSPROC function_of(void *object)
{
    PFNEGLGETPROCADDRESSPROC function;
    memcpy(&function, &object, sizeof function);
    return function;
}

static void *library_of(char *tried, size_t size)
{
    static const char *const names[] = {"libEGL.so.1", "libEGL.so"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (library)
            return library;
    }
    snprintf(tried, size, "libEGL.so.1 (%s)", dlerror());
    return NULL;
}

static EGLDisplay device_display(const headless *h,
                                 PFNEGLGETPLATFORMDISPLAYEXTPROC platform_display)
{
    PFNEGLQUERYDEVICESEXTPROC query = (PFNEGLQUERYDEVICESEXTPROC)h->get("eglQueryDevicesEXT");
    EGLDeviceEXT devices[8];
    EGLint n = 0;
    if (!query || !query(8, devices, &n) || !n)
        return EGL_NO_DISPLAY;
    return platform_display(EGL_PLATFORM_DEVICE_EXT, devices[0], NULL);
}

/* Opens the display of one platform and makes a context of it current. */
static bool open_platform(headless *h, int platform)
{
    PFNEGLGETPLATFORMDISPLAYEXTPROC platform_display =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)h->get("eglGetPlatformDisplayEXT");
    PFNEGLINITIALIZEPROC initialize = (PFNEGLINITIALIZEPROC)h->get("eglInitialize");
    PFNEGLBINDAPIPROC bind_api = (PFNEGLBINDAPIPROC)h->get("eglBindAPI");
    PFNEGLCHOOSECONFIGPROC choose = (PFNEGLCHOOSECONFIGPROC)h->get("eglChooseConfig");
    PFNEGLCREATECONTEXTPROC create = (PFNEGLCREATECONTEXTPROC)h->get("eglCreateContext");
    h->make_current = (PFNEGLMAKECURRENTPROC)h->get("eglMakeCurrent");
    h->destroy_context = (PFNEGLDESTROYCONTEXTPROC)h->get("eglDestroyContext");
    h->terminate = (PFNEGLTERMINATEPROC)h->get("eglTerminate");
    h->release_thread = (PFNEGLRELEASETHREADPROC)h->get("eglReleaseThread");
    if (!platform_display || !initialize || !bind_api || !choose || !create || !h->make_current ||
        !h->destroy_context || !h->terminate)
        return false;
    static const EGLint wanted[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                    EGL_NONE};
    static const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                                     3,
                                     EGL_CONTEXT_MINOR_VERSION,
                                     3,
                                     EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                     EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                     EGL_CONTEXT_OPENGL_DEBUG,
                                     EGL_TRUE,
                                     EGL_NONE};
    EGLConfig config;
    EGLint major, minor, n = 0;
    h->display = platform == EGL_PLATFORM_DEVICE_EXT
                     ? device_display(h, platform_display)
                     : platform_display((EGLenum)platform, EGL_DEFAULT_DISPLAY, NULL);
    if (h->display == EGL_NO_DISPLAY || !initialize(h->display, &major, &minor))
        return false;
    h->context = EGL_NO_CONTEXT;
    if (bind_api(EGL_OPENGL_API) && choose(h->display, wanted, &config, 1, &n) && n)
        h->context = create(h->display, config, EGL_NO_CONTEXT, version);
    if (h->context != EGL_NO_CONTEXT &&
        h->make_current(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE, h->context))
        return true;
    if (h->context != EGL_NO_CONTEXT)
        h->destroy_context(h->display, h->context);
    h->terminate(h->display);
    return false;
}

headless *headless_create(problem *p)
{
    static const struct {
        int platform;
        const char *name;
    } platforms[] = {{EGL_PLATFORM_SURFACELESS_MESA, "EGL's surfaceless platform"},
                     {EGL_PLATFORM_DEVICE_EXT, "EGL's first device"}};
    headless *h = calloc(1, sizeof *h);
    char tried[400] = "";
    if (!h) {
        problem_set(p, "out of memory");
        return NULL;
    }
    h->library = library_of(tried, sizeof tried);
    h->get = h->library ? function_of(dlsym(h->library, "eglGetProcAddress")) : NULL;
    for (size_t i = 0; h->get && i < sizeof platforms / sizeof *platforms; i++) {
        if (!open_platform(h, platforms[i].platform)) {
            snprintf(tried + strlen(tried), sizeof tried - strlen(tried),
                     "%s%s (no OpenGL 3.3 core context)", tried[0] ? ", " : "", platforms[i].name);
            continue;
        }
        if (gl_load((GLADloadfunc)h->get))
            return h;
        snprintf(tried + strlen(tried), sizeof tried - strlen(tried), "%s%s (functions missing)",
                 tried[0] ? ", " : "", platforms[i].name);
        h->make_current(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        h->destroy_context(h->display, h->context);
        h->terminate(h->display);
    }
    if (h->library)
        dlclose(h->library);
    free(h);
    problem_set(p, "no OpenGL 3.3 can be had without a window; tried %s", tried);
    return NULL;
}

void headless_free(headless *h)
{
    if (!h)
        return;
    h->make_current(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    h->destroy_context(h->display, h->context);
    h->terminate(h->display);
    if (h->release_thread)
        h->release_thread();
    dlclose(h->library);
    free(h);
}
