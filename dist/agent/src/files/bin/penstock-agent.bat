@echo off
rem Runs the Penstock agent: penstock-agent console ^| check-config ^| version ^| run-job FILE
rem As a service: register this file with "console" at a service manager such as NSSM or the Task Scheduler.
setlocal
set "HOME_DIR=%~dp0.."
set "JAVA=%HOME_DIR%\runtime\bin\java.exe"
if defined PENSTOCK_JAVA set "JAVA=%PENSTOCK_JAVA%"
if not exist "%JAVA%" (
    echo penstock-agent: no Java at %JAVA%; set PENSTOCK_JAVA to a Java 25 program 1>&2
    exit /b 1
)
set "OPTIONS="
if exist "%HOME_DIR%\config\jvm.options" (
    for /f "usebackq eol=# tokens=*" %%o in ("%HOME_DIR%\config\jvm.options") do call set "OPTIONS=%%OPTIONS%% %%o"
)
set "COMMAND=%~1"
if "%COMMAND%"=="" set "COMMAND=console"
if "%COMMAND%"=="console" set "COMMAND=run"
"%JAVA%" %OPTIONS% "-Dpenstock.home=%HOME_DIR%" -cp "%HOME_DIR%\lib\*" dev.penstock.agent.Main %COMMAND% %2 %3 %4 %5 %6
exit /b %ERRORLEVEL%
