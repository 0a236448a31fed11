/* The keeper on Windows: the parent of one run, which outlives whoever started it.

       llmgw-keeper.exe FOLDER JOB PROGRAM ARGUMENT ...

   It is what llmgw_desktop/platform/keeper_windows.py says and does, without a Python: that one
   stays where this program is not. It puts the run into a job object of its own before the run's
   first step, hands on what the gateway says through a named pipe, and writes down, over the blanks
   that are there, how the run ended. It needs the system alone (no C library, so no part of it is
   anybody else's): packaging/windows/keeper_program.py makes it. */

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define PIECE 65536
#define NOT_FOUND 127
#define MOST 32768

NTSYSAPI LONG NTAPI NtResumeProcess(HANDLE);

typedef struct piece {
    struct piece *next;
    DWORD size; /* 0: there is no more */
    char bytes[PIECE];
} piece;

static WCHAR folder[MOST], path[MOST], name[MOST], why[1024];
static char line[64], said[4 * MOST];
static HANDLE given, to_run, from_run, copied_to, there_is_more;
static CRITICAL_SECTION turn;
static piece *first, *last;

/* What the compiler may call by itself. */
void *memset(void *to, int value, size_t size) {
    for (volatile char *at = to; size--; at++) *at = (char)value;
    return to;
}

static void join(WCHAR *to, const WCHAR *one, const WCHAR *other) {
    int at = 0;
    for (; *one && at < MOST - 1; at++) to[at] = *one++;
    for (; *other && at < MOST - 1; at++) to[at] = *other++;
    to[at] = 0;
}

/* Past one word of a command line, and the spaces behind it. Ours are quoted where they need it, and
   no folder's name and no job's id has a quotation mark. */
static WCHAR *after_word(WCHAR *at) {
    BOOL is_quoted = FALSE;
    for (; *at && (is_quoted || (*at != L' ' && *at != L'\t')); at++)
        if (*at == L'"') is_quoted = !is_quoted;
    while (*at == L' ' || *at == L'\t') at++;
    return at;
}

static void take_word(WCHAR *to, const WCHAR *from) {
    BOOL is_quoted = FALSE;
    int at = 0;
    for (; *from && (is_quoted || (*from != L' ' && *from != L'\t')) && at < MOST - 1; from++) {
        if (*from == L'"') is_quoted = !is_quoted;
        else to[at++] = *from;
    }
    to[at] = 0;
}

static HANDLE opened(const WCHAR *file, DWORD rights) {
    join(path, folder, file);
    DWORD others = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    return CreateFileW(path, rights, others, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
}

static BOOL is_there(const WCHAR *file) {
    join(path, folder, file);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static int put_number(int at, unsigned long long number) {
    char digits[24];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count) line[at++] = digits[--count];
    return at;
}

/* Over the blanks, in one write: on a full disk too, and never half. */
static void record(const WCHAR *file, int used) {
    DWORD written;
    HANDLE handle = opened(file, GENERIC_WRITE);
    if (handle == INVALID_HANDLE_VALUE) return;
    while (used < 40) line[used++] = ' ';
    line[used++] = '\n';
    WriteFile(handle, line, used, &written, NULL);
    CloseHandle(handle);
}

static void write_all(HANDLE to, const char *bytes, DWORD size) {
    for (DWORD written; size && WriteFile(to, bytes, size, &written, NULL); size -= written)
        bytes += written;
}

static void say_why(const WCHAR *program, DWORD error) {
    DWORD how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    DWORD length = FormatMessageW(how, NULL, error, 0, why, 1000, NULL);
    while (length && (why[length - 1] <= L' ' || why[length - 1] == L'.')) length--;
    why[length] = 0;
    join(path, program, L": ");
    join(name, path, why);
    join(path, name, L"\n");
    int size = WideCharToMultiByte(CP_UTF8, 0, path, -1, said, sizeof said, NULL, NULL);
    write_all(GetStdHandle(STD_ERROR_HANDLE), said, size ? size - 1 : 0);
}

static void put(piece *one, DWORD size) {
    one->next = NULL;
    one->size = size;
    EnterCriticalSection(&turn);
    if (first) last->next = one;
    else first = one;
    last = one;
    LeaveCriticalSection(&turn);
    ReleaseSemaphore(there_is_more, 1, NULL);
}

/* What was heard goes on to the run as fast as that reads it. */
static DWORD WINAPI hand_on(void *nothing) {
    (void)nothing;
    for (;;) {
        WaitForSingleObject(there_is_more, INFINITE);
        EnterCriticalSection(&turn);
        piece *one = first;
        first = one->next;
        LeaveCriticalSection(&turn);
        if (!one->size) break;
        write_all(to_run, one->bytes, one->size);
        HeapFree(GetProcessHeap(), 0, one);
    }
    CloseHandle(to_run);
    return 0;
}

static BOOL is_all(void) {
    LARGE_INTEGER size = {0};
    HANDLE holder = opened(L"\\holder", FILE_READ_ATTRIBUTES);
    if (holder == INVALID_HANDLE_VALUE) return TRUE; /* the job's folder has gone */
    GetFileSizeEx(holder, &size);
    CloseHandle(holder);
    return size.QuadPart > 0;
}

/* Whether somebody has come who speaks. Who says that this is all writes so into the file first and
   comes then, so that the file is looked at when one can come. */
static BOOL has_come(OVERLAPPED *wait) {
    DWORD nothing;
    if (ConnectNamedPipe(given, wait)) return TRUE;
    switch (GetLastError()) {
    case ERROR_PIPE_CONNECTED:
    case ERROR_NO_DATA: /* he has gone already: what he said is there */
        return TRUE;
    case ERROR_IO_PENDING:
        break;
    default:
        return FALSE;
    }
    if (!is_all()) return GetOverlappedResult(given, wait, &nothing, TRUE);
    CancelIo(given);
    return FALSE;
}

/* What the gateway says is taken at once, so that it never waits for the run to read. */
static DWORD WINAPI hear(void *nothing) {
    OVERLAPPED wait = {0};
    wait.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    (void)nothing;
    while (has_come(&wait)) {
        for (;;) {
            DWORD size = 0;
            piece *one = HeapAlloc(GetProcessHeap(), 0, sizeof *one);
            if (!one) {
                Sleep(100);
                continue;
            }
            BOOL is_read = ReadFile(given, one->bytes, PIECE, NULL, &wait);
            if (is_read || GetLastError() == ERROR_IO_PENDING)
                is_read = GetOverlappedResult(given, &wait, &size, TRUE);
            if (is_read && size) put(one, size);
            else HeapFree(GetProcessHeap(), 0, one);
            if (!is_read) break;
        }
        DisconnectNamedPipe(given);
    }
    put(HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(piece)), 0);
    return 0;
}

static DWORD WINAPI copy(void *nothing) {
    static char bytes[PIECE];
    DWORD size;
    (void)nothing;
    while (ReadFile(from_run, bytes, PIECE, &size, NULL)) write_all(copied_to, bytes, size);
    return 0;
}

static HANDLE beside(LPTHREAD_START_ROUTINE work) { return CreateThread(NULL, 0, work, NULL, 0, NULL); }

/* Its exit code; it is asked to end when the event says so that is named after it. */
static DWORD ended(PROCESS_INFORMATION *run) {
    DWORD code = 0;
    line[put_number(0, run->dwProcessId)] = 0;
    for (int at = 0; (path[at] = (WCHAR)line[at]); at++) {}
    join(name, L"Local\\llmgw-end-", path);
    HANDLE both[2] = {run->hProcess, CreateEventW(NULL, FALSE, FALSE, name)};
    while (WaitForMultipleObjects(both[1] ? 2 : 1, both, FALSE, INFINITE) == WAIT_OBJECT_0 + 1)
        GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, run->dwProcessId);
    GetExitCodeProcess(run->hProcess, &code);
    return code;
}

void start(void) {
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    STARTUPINFOW how;
    PROCESS_INFORMATION run;
    HANDLE copier = NULL, theirs;
    LARGE_INTEGER none = {0}, read = {0};
    WCHAR *words = after_word(GetCommandLineW());

    take_word(folder, words);
    words = after_word(words);
    take_word(path, words);
    words = after_word(words);
    if (!*words) ExitProcess(2);
    join(name, L"Local\\llmgw-job-", path);
    /* Inheritable: the run holds it open as well, and its name stays while one of both lives. It has
       no limits: our end is not the run's. */
    HANDLE job = CreateJobObjectW(&inherited, name);
    record(L"\\keeper", put_number(0, GetCurrentProcessId()));

    memset(&how, 0, sizeof how);
    how.cb = sizeof how;
    how.dwFlags = STARTF_USESTDHANDLES;
    given = how.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    copied_to = how.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    how.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    BOOL is_spoken_with = is_there(L"\\holder"), has_copier = is_there(L"\\out");
    if (is_spoken_with) {
        SetHandleInformation(given, HANDLE_FLAG_INHERIT, 0);
        CreatePipe(&how.hStdInput, &to_run, &inherited, PIECE);
        SetHandleInformation(to_run, HANDLE_FLAG_INHERIT, 0);
    }
    if (has_copier) {
        SetHandleInformation(copied_to, HANDLE_FLAG_INHERIT, 0);
        CreatePipe(&from_run, &theirs, &inherited, PIECE);
        SetHandleInformation(from_run, HANDLE_FLAG_INHERIT, 0);
        how.hStdOutput = theirs;
    }
    DWORD flags = CREATE_NEW_PROCESS_GROUP | CREATE_SUSPENDED;
    if (!CreateProcessW(NULL, words, NULL, NULL, TRUE, flags, NULL, NULL, &how, &run)) {
        DWORD error = GetLastError();
        take_word(folder + MOST / 2, words);
        say_why(folder + MOST / 2, error);
        record(L"\\exit", put_number(0, NOT_FOUND));
        ExitProcess(0);
    }
    AssignProcessToJobObject(job, run.hProcess);
    NtResumeProcess(run.hProcess);
    if (is_spoken_with) {
        CloseHandle(how.hStdInput);
        InitializeCriticalSection(&turn);
        there_is_more = CreateSemaphoreW(NULL, 0, MAXLONG, NULL);
        beside(hand_on);
        beside(hear);
    }
    if (has_copier) {
        CloseHandle(theirs);
        copier = beside(copy);
    }
    DWORD code = ended(&run);
    if (copier) WaitForSingleObject(copier, 2000); /* what the run leaves behind may hold that open */
    int used = put_number(0, code);
    line[used++] = ' ';
    if (!is_spoken_with) {
        /* How far the run has read it: its handle is ours, and so is the place where it reads on. */
        if (GetFileType(given) != FILE_TYPE_DISK || !SetFilePointerEx(given, none, &read, FILE_CURRENT))
            read.QuadPart = 0;
        used = put_number(used, read.QuadPart);
    }
    record(L"\\exit", used);
    ExitProcess(0);
}
