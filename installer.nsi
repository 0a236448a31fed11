; The set-up program for Windows, for one person, without an administrator: makensis installer.nsi
; It holds dist/llmgw (pyinstaller build.spec), or -DPAYLOAD=FOLDER; it becomes dist/llmgw-setup.exe,
; or -DOUTPUT=FILE. -DPYTHON=NAME where python3 has another name; -DQUICK hardly compresses;
; -DICON=FILE gives the set-up the program's icon.
; Said to what comes of it: /S asks nothing, /TERMINAL puts llmgw into PATH, /CLOSE ends the program
; where it runs; to the uninstaller, /S /DATA removes what a person keeps, too. More: docs/packaging.md

Target amd64-unicode ; a 32-bit one would need 32-bit parts of Windows, which not every one has
!include MUI2.nsh
!include FileFunc.nsh
!include StrFunc.nsh
${Using:StrFunc} StrStr
${Using:StrFunc} UnStrRep

!ifndef PAYLOAD
    !define PAYLOAD "dist/llmgw"
!endif
!ifndef OUTPUT
    !define OUTPUT "dist/llmgw-setup.exe"
!endif
!ifndef PYTHON
    !define PYTHON "python3"
!endif

; VERSION, NUMBERS, DESCRIPTION and LICENCE as in pyproject.toml; PutPayload and TakePayload, from
; one list of files: what is put there is what is taken away.
!tempfile FACTS
!system '${PYTHON} packaging/windows/installer_facts.py "${PAYLOAD}" "${FACTS}"' = 0
!include "${FACTS}"
!delfile "${FACTS}"

!define NAME "LLM Gateway"
!define PROGRAM "$INSTDIR\llmgw.exe"
!define WINDOW "$INSTDIR\${STARTED}" ; llmgw-desktop.exe, which has no console; else llmgw.exe
!define KEEPER "$INSTDIR\_internal\llmgw_desktop\platform\llmgw-keeper.exe" ; of each job that runs
!define DATA "$LOCALAPPDATA\llmgw-desktop"
!define REMOVER "$INSTDIR\uninstall.exe"
!define LINK "$SMPROGRAMS\${NAME}.lnk"
!define SYSTEM "Software\Microsoft\Windows\CurrentVersion"
!define KEY "${SYSTEM}\Uninstall\LLMGateway"

Name "${NAME}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
!ifdef QUICK
    SetCompressor zlib
!else
    SetCompressor /SOLID lzma
!endif
ManifestDPIAware true
VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${DESCRIPTION}"
VIAddVersionKey "LegalCopyright" "${LICENCE}"

!ifdef ICON ; packaging/windows/icon.py draws it
    !define MUI_ICON "${ICON}"
    !define MUI_UNICON "${ICON}"
!endif

!define MUI_COMPONENTSPAGE_NODESC ; else a name has no room beside its description
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A program that runs cannot be replaced. Nothing is changed before that is known; who is asked may
; have it closed, or close it, and go on. A job that runs is kept by the program as well: it is let be.
!macro StopWhileItRuns
    StrCpy $3 "" ; whether it was asked to end
    ${Do}
        StrCpy $1 ""
        !insertmacro LookWhetherItRuns "${PROGRAM}"
        !insertmacro LookWhetherItRuns "${WINDOW}"
        !insertmacro LookWhetherItRuns "${KEEPER}"
        ${If} $1 == ""
            ${Break}
        ${EndIf}
        SetErrorLevel 2
        ${If} $3 == ""
            ${GetParameters} $0
            ClearErrors
            ${GetOptions} $0 "/CLOSE" $1
            ${If} ${Errors}
            ${AndIf} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION "${NAME} runs. Close it now? Jobs go on." /SD IDNO IDNO`
                Quit
            ${EndIf}
            StrCpy $3 asked
            nsExec::Exec '"${PROGRAM}" quit'
            Pop $1
        ${ElseIf} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} still runs, or a job of it does. Quit it (its icon beside the clock, Quit), let its jobs end, then try again." /SD IDCANCEL IDCANCEL`
            Quit
        ${EndIf}
    ${Loop}
    SetErrorLevel -1 ; as it comes: 2 for what is broken off
!macroend

; Windows opens no file whose whole path is longer than 259 characters.
!macro LookForLength
    StrLen $0 "$INSTDIR"
    IntOp $1 259 - 1
    IntOp $1 $1 - ${LONGEST}
    ${If} $0 > $1
        SetErrorLevel 2
        MessageBox MB_OK|MB_ICONEXCLAMATION "The folder's name is too long: Windows opens no path of more than 259 characters, so it may have $1, and has $0. Choose a shorter one. Nothing was changed." /SD IDOK
        Quit
    ${EndIf}
!macroend

; Half a program is worse than none: nothing is changed before there is room for all of it. What an
; older version takes is given back. In megabytes: a number here ends at 2,147,483,647.
!macro LookForRoom
    SectionGetSize 0 $0
    ReadRegDWORD $1 HKCU "${KEY}" "EstimatedSize"
    IntOp $0 $0 - $1
    IntOp $0 $0 / 1024
    IntOp $0 $0 + 1
    ${GetRoot} "$INSTDIR" $2
    ClearErrors
    ${DriveSpace} "$2\" "/D=F /S=M" $1
    ${IfNot} ${Errors}
    ${AndIf} $1 < $0
        SetErrorLevel 2
        MessageBox MB_OK|MB_ICONEXCLAMATION "The disk has not room enough: $0 MB more are needed on $2, and $1 MB are free. Nothing was changed." /SD IDOK
        Quit
    ${EndIf}
!macroend

; One program, in one folder: the other would be on no list, and whatever was told of it would still
; name it (PATH, other programs' settings, the start at login).
!macro LookElsewhere
    ReadRegStr $0 HKCU "${KEY}" "InstallLocation"
    ${If} $0 != ""
    ${AndIf} $0 != $INSTDIR
    ${AndIf} ${FileExists} "$0\uninstall.exe"
        SetErrorLevel 2
        MessageBox MB_OK|MB_ICONEXCLAMATION "${NAME} is already in $0. Install it there, or remove that one first. Nothing was changed." /SD IDOK
        Quit
    ${EndIf}
!macroend

!macro LookWhetherItRuns FILE
    ${If} ${FileExists} "${FILE}"
        ClearErrors
        FileOpen $0 "${FILE}" a
        ${If} ${Errors}
            StrCpy $1 runs
        ${Else}
            FileClose $0
        ${EndIf}
    ${EndIf}
!macroend

; Strings of NSIS end after 1,024 characters: a PATH that is nearly as long is left as it is.
!define LONGEST_PATH 800
!macro TellOfPath
    SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
!macroend

Section "The program"
    SectionIn RO
    !insertmacro LookForLength
    !insertmacro StopWhileItRuns
    !insertmacro LookForRoom
    !insertmacro LookElsewhere
    ${If} ${FileExists} "${REMOVER}" ; each version knows its own files, and only these
        ExecWait '"${REMOVER}" /S /NEWER _?=$INSTDIR'
    ${EndIf}
    !insertmacro PutPayload
    SetOutPath "$INSTDIR"
    WriteUninstaller "${REMOVER}"
    CreateShortcut "${LINK}" "${WINDOW}"
    WriteRegStr HKCU "${KEY}" "DisplayName" "${NAME}"
    WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${KEY}" "DisplayIcon" "${WINDOW}"
    WriteRegStr HKCU "${KEY}" "Publisher" "LLM Gateway Desktop"
    WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${KEY}" "UninstallString" '"${REMOVER}"'
    WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"${REMOVER}" /S'
    SectionGetSize 0 $0
    WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
    WriteRegDWORD HKCU "${KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
SectionEnd

Section /o "The command llmgw in terminals" InTerminals
    ReadRegStr $0 HKCU "Environment" "Path"
    StrLen $1 $0
    ${StrStr} $2 ";$0;" ";$INSTDIR;"
    ${If} $1 > ${LONGEST_PATH}
        DetailPrint "PATH is too long to be changed here: add $INSTDIR to it by hand."
    ${ElseIf} $2 == ""
        ${If} $0 != ""
            StrCpy $0 "$0;"
        ${EndIf}
        WriteRegExpandStr HKCU "Environment" "Path" "$0$INSTDIR"
        !insertmacro TellOfPath
    ${EndIf}
SectionEnd

; Two at once would take each other's files away: the second changes nothing. The name goes with
; the last process that holds it, however that ends.
!macro OneAtATime
    System::Call 'kernel32::CreateMutex(p 0, i 0, t "llmgw-setup") p .r0 ?e'
    Pop $1
    ${If} $1 = 183 ; ERROR_ALREADY_EXISTS
        SetErrorLevel 2
        MessageBox MB_OK|MB_ICONEXCLAMATION "${NAME} is being installed or removed already. Let that end, then try again." /SD IDOK
        Quit
    ${EndIf}
!macroend

Function .onInit
    !insertmacro OneAtATime
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/TERMINAL" $1
    ${IfNot} ${Errors}
        !insertmacro SelectSection ${InTerminals}
    ${EndIf}
FunctionEnd

Function un.onInit
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/NEWER" $1
    ${If} ${Errors} ; else the set-up, which has started it, holds the name
        !insertmacro OneAtATime
    ${EndIf}
FunctionEnd

; What a person keeps lies elsewhere and stays unless he says otherwise, and so does whatever else is
; in the folder: it goes only if it is empty. An uninstaller that makes way for a newer version
; (_?= is said to it) asks nothing, and leaves PATH and other programs' settings as they are.
Section "Uninstall"
    !insertmacro StopWhileItRuns
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/NEWER" $1
    ${If} ${Errors}
        Call un.TakeBack
    ${EndIf}
    !insertmacro TakePayload
    Delete "${LINK}"
    DeleteRegKey HKCU "${KEY}"
    Delete "${REMOVER}"
    SetOutPath "$TEMP"
    RMDir "$INSTDIR"
SectionEnd

Function un.TakeBack
    ${If} ${FileExists} "${DATA}\*.*"
        nsExec::ExecToStack '"${PROGRAM}" connect all --undo'
        Pop $1
        Pop $2
        ${If} $1 != 0
            DetailPrint "$2"
            ${If} ${Cmd} `MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "What ${NAME} set up in other programs could not be taken back. $2$\nRemove it all the same?" /SD IDYES IDNO`
                SetErrorLevel 2
                Quit
            ${EndIf}
        ${EndIf}
        ${GetParameters} $0
        ClearErrors
        ${GetOptions} $0 "/DATA" $1
        ${IfNot} ${Errors}
            RMDir /r "${DATA}"
        ${ElseIf} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Remove settings, keys and recorded flights as well? They lie in ${DATA}, and cannot be brought back." /SD IDNO IDYES`
            RMDir /r "${DATA}"
        ${EndIf}
    ${EndIf}
    DeleteRegValue HKCU "${SYSTEM}\Run" "${NAME}"
    DeleteRegValue HKCU "${SYSTEM}\Explorer\StartupApproved\Run" "${NAME}" ; the Task Manager's word
    ReadRegStr $0 HKCU "Environment" "Path"
    StrLen $1 $0
    ${If} $1 <= ${LONGEST_PATH}
    ${AndIf} $0 != ""
        ${UnStrRep} $2 ";$0;" ";$INSTDIR;" ";" ; as a whole: other names may begin with ours
        StrCpy $2 $2 -1 1
        ${If} $2 == ""
            DeleteRegValue HKCU "Environment" "Path"
            !insertmacro TellOfPath
        ${ElseIf} $2 != $0
            WriteRegExpandStr HKCU "Environment" "Path" "$2"
            !insertmacro TellOfPath
        ${EndIf}
    ${EndIf}
FunctionEnd
